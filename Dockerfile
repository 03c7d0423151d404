# The server and the command line of graphql-nsync (docs/deploy.md):
#
#   docker build --tag graphql-nsync .
#   docker run graphql-nsync --help

# This image has a compiler: npm compiles the driver of SQLite if no compiled one can be downloaded.
FROM docker.io/library/node:24.22.3-bookworm AS build
WORKDIR /app
# The headers of Node.js are in the image.
ENV npm_config_nodedir=/usr/local
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# npm makes a command executable only when it installs a package.
RUN npm run --silent build && npm prune --omit=dev && chmod +x dist/src/cli/main.js

FROM docker.io/library/node:24.22.3-bookworm-slim
LABEL org.opencontainers.image.title="graphql-nsync" \
      org.opencontainers.image.source="https://github.com/graphql-nsync/graphql-nsync" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Nobody but root can write to the program. /data is for an SQLite database.
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/nsync \
 && install --directory --owner=1000 --group=1000 --mode=0750 /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
WORKDIR /data
USER 1000:1000
EXPOSE 4000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=64", "--initial-heap-size=256", "--max-old-space-size=1024", "/app/dist/src/cli/main.js"]
CMD ["serve"]
