import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const deploy = new URL('../../../../../examples/deploy/', import.meta.url);

/** A file of examples/deploy. */
export const deployFile = (path: string) => readFileSync(new URL(path, deploy), 'utf8');

/** A file of the repository. */
export const repositoryFile = (path: string) => readFileSync(new URL(`../../${path}`, deploy), 'utf8');

export interface ComposeService {
  image?: string;
  command?: string[];
  environment?: { [name: string]: string };
  ports?: string[];
  stop_grace_period?: string;
  depends_on?: { [service: string]: unknown };
}
export interface Compose {
  services: { [name: string]: ComposeService };
}

/** docker-compose.yml, with its anchors put in. */
export function composeFile(): Compose {
  return parse(deployFile('docker-compose.yml'), { merge: true }) as Compose;
}

interface Probe {
  httpGet: { path: string; port: string };
}
export interface Container {
  image: string;
  args: string[];
  env?: { name: string; value: string }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
}
export interface Labels {
  [name: string]: string;
}
/** As much of a Kubernetes object as is looked at. */
export interface Manifest {
  file: string;
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: { [name: string]: string };
  stringData?: { [name: string]: string };
  spec: {
    selector: Labels & { matchLabels?: Labels };
    ports: { port: number; targetPort: string }[];
    template: {
      metadata: { labels: Labels; annotations?: Labels };
      spec: { containers: Container[]; terminationGracePeriodSeconds: number };
    };
    rules: { http: { paths: { path: string; backend: { service: { name: string } } }[] } }[];
    scaleTargetRef: { kind: string; name: string };
    minReplicaCount: number;
    maxReplicaCount: number;
    triggers: { type: string; metadata: { query: string; threshold: string } }[];
  };
}

/** All objects of examples/deploy/kubernetes but the kustomization. */
export function manifests(): Manifest[] {
  return readdirSync(new URL('kubernetes/', deploy))
    .filter((file) => file !== 'kustomization.yaml')
    .flatMap((file) =>
      parseAllDocuments(deployFile(`kubernetes/${file}`)).map((document) => {
        if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join()}`);
        return { file, ...(document.toJS() as object) } as Manifest;
      }),
    );
}
