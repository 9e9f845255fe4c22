/** `jetlock`, ended as by a signal when stdin is closed: see child.ts. */
process.stdin.resume().once('close', () => process.kill(process.pid, 'SIGTERM'));
await import('../cli/main.ts');
