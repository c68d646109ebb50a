/**
 * A real nginx with the configuration files of `deploy/nginx`, on free ports and with a certificate of
 * its own, and requests through it.
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { type Running, start } from "./process.ts";

/** The host of its own, and the site that has the collector below `/presence/`. */
export const HOST = "presence.example.com";
export const SITE = "shop.example.com";

export interface NginxRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The client's address, one of this machine. */
  readonly from?: string;
  /** Keeps connections open for further requests; the default: each has its own. */
  readonly agent?: Agent;
}

export class Nginx {
  readonly port: number;
  readonly plainPort: number;
  readonly folder: string;
  readonly #running: Running;
  readonly #certificate: Buffer;

  private constructor(port: number, plainPort: number, folder: string, running: Running) {
    this.port = port;
    this.plainPort = plainPort;
    this.folder = folder;
    this.#running = running;
    this.#certificate = readFileSync(join(folder, "certificate.pem"));
  }

  /** `upstream` is the address of the collector, `page` what the site shows at `/`. */
  static async start(upstream: string, page: string): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), "stillhere-nginx-"));
    createCertificate(folder);
    const [port, plainPort] = [await freePort(), await freePort()];
    const own = change(read("stillhere.conf"), [
      ["server 127.0.0.1:8787;", `server ${upstream};`],
      ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
      ["listen 80;", `listen 127.0.0.1:${plainPort};`],
      ["/etc/ssl/certs/presence.example.com.pem", `${folder}/certificate.pem`],
      ["/etc/ssl/private/presence.example.com.key", `${folder}/key.pem`],
    ]);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    writeFileSync(join(folder, "index.html"), page);
    writeFileSync(
      join(folder, "nginx.conf"),
      `daemon off;
      master_process off;
      pid ${folder}/nginx.pid;
      error_log stderr notice;
      events {}
      http {
        access_log ${folder}/access.log;
        types { text/html html; }
        ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
        ${own}
        server {
          listen 127.0.0.1:${port} ssl http2;
          server_name ${SITE};
          ssl_certificate ${folder}/certificate.pem;
          ssl_certificate_key ${folder}/key.pem;
          location / { root ${folder}; }
          ${read("under-a-path.conf")}
        }
      }`,
    );
    const args = ["-e", "stderr", "-p", folder, "-c", `${folder}/nginx.conf`];
    const running = await start(findNginx(), args, /using the "\w+" event method/);
    return new Nginx(port, plainPort, folder, running);
  }

  async stop(): Promise<void> {
    await this.#running.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Requests a path of a host over TLS; checks the certificate. */
  open(host: string, path: string, options: NginxRequest = {}): Promise<IncomingMessage> {
    const { method = "GET", headers = {}, body, from, agent = false } = options;
    return new Promise((resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port: this.port,
        servername: host,
        ca: this.#certificate,
        path,
        method,
        headers: { host: `${host}:${this.port}`, ...headers },
        ...(from && { localAddress: from }),
        agent,
      });
      sent.once("response", resolve);
      sent.once("error", reject);
      sent.end(body);
    });
  }

  /** The same, read to its end. */
  async fetch(
    host: string,
    path: string,
    options?: NginxRequest,
  ): Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }> {
    const response = await this.open(host, path, options);
    let text = "";
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }
}

function findNginx(): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  const path = folders.map((folder) => join(folder, "nginx")).find((each) => existsSync(each));
  if (path) return path;
  throw new Error("This test needs nginx: install it (on Debian: apt-get install nginx).");
}

function read(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../../deploy/nginx/${name}`, import.meta.url)),
    "utf8",
  );
}

/** Replaces what depends on the machine; each must be in the file. */
function change(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`The file has no longer "${from}".`);
    return changed.replaceAll(from, to);
  }, text);
}

function createCertificate(folder: string): void {
  const names = `subjectAltName=DNS:${HOST},DNS:${SITE}`;
  const files = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/certificate.pem`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-days", "1", "-subj", `/CN=${HOST}`, "-addext", names];
  const { status, stderr } = spawnSync("openssl", ["req", ...kind, ...subject, ...files], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
}
