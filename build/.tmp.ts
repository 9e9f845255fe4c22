import { buildWeb } from './web.ts';
console.log((await buildWeb(process.argv[2] ?? '/tmp/console-dist')).filter((f) => f.includes('node_modules')).length);
