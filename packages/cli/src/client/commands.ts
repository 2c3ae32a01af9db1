import type { Command } from 'commander';
import { ApiClient } from './api.js';
import { listFlows, listVersions, publishFlow, pushFlows, rollbackFlow } from './flows.js';
import { createSource, getProfile, listPlugins, listSources, showAccounting } from './other.js';

/** Adds the commands that speak to a running deployment. */
export function addManagement(program: Command): void {
  const flow = program.command('flow').description('manage flows');
  remote(
    flow.command('push <files...>').description('save files as drafts').option('--publish', 'and publish them'),
  ).action((files: string[], options: Options & { publish?: true }) =>
    pushFlows(clientOf(options), files, options.publish ?? false),
  );
  remote(flow.command('list').description('list the flows')).action((options: Options) => listFlows(clientOf(options)));
  remote(flow.command('versions <id>').description('list the versions of a flow')).action(
    (id: string, options: Options) => listVersions(clientOf(options), id),
  );
  remote(flow.command('publish <id>').description('publish the draft of a flow')).action(
    (id: string, options: Options) => publishFlow(clientOf(options), id),
  );
  remote(flow.command('rollback <id> <version>').description('make a version live; "off" for none')).action(
    (id: string, version: string, options: Options) => rollbackFlow(clientOf(options), id, version),
  );

  const source = program.command('source').description('manage sources');
  remote(source.command('list').description('list the sources')).action((options: Options) =>
    listSources(clientOf(options)),
  );
  remote(
    source
      .command('create <name>')
      .description('create a source')
      .option('--id <id>', 'one is made when it is missing')
      .option('--write-key <key>', 'one is made when it is missing'),
  ).action((name: string, { id, writeKey, ...options }: Options & { id?: string; writeKey?: string }) =>
    createSource(clientOf(options), name, {
      ...(id !== undefined && { id }),
      ...(writeKey !== undefined && { writeKey }),
    }),
  );

  const profile = program.command('profile').description('look at profiles');
  remote(profile.command('get <identifier>').description('show one, by email:a@b.example for example')).action(
    (identifier: string, options: Options) => getProfile(clientOf(options), identifier),
  );
  remote(program.command('accounting').description('what became of every event')).action((options: Options) =>
    showAccounting(clientOf(options)),
  );
  remote(program.command('plugins').description('list the plugins')).action((options: Options) =>
    listPlugins(clientOf(options)),
  );
}

interface Options {
  url?: string;
  token?: string;
}

function remote(command: Command): Command {
  return command
    .option('--url <url>', 'where Tributary runs (TRIBUTARY_URL, or http://127.0.0.1:8080)')
    .option('--token <token>', 'a management token (TRIBUTARY_ADMIN_TOKEN)');
}

function clientOf({ url, token }: Options): ApiClient {
  return new ApiClient({
    url: url ?? (process.env.TRIBUTARY_URL || `http://127.0.0.1:${process.env.PORT || 8080}`),
    token: token ?? (process.env.TRIBUTARY_ADMIN_TOKEN || undefined),
  });
}
