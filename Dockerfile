# The service as a container: nothing but Node.js and what `npm run build` made; no root, no shell needed, nothing written but in /data.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && mkdir /data && chmod 0700 /data

FROM node:20-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/dist ./dist
# A new volume takes its owner from here.
COPY --from=build --chown=65532:65532 /data /data
ENV NODE_ENV=production JETLOCK_DATA=/data JETLOCK_HTTP_PORT=8080
USER 65532:65532
# Ready means that it is at the head of the log and that the log can be written.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.JETLOCK_HTTP_PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
