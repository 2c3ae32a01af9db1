import { Type } from '@sinclair/typebox';
import { found } from './found.js';
import { pageOf, shown } from './page.js';
import { showEvent, showProfile } from './profile-view.js';
import { route } from './route.js';
import { IdParams, listOf, pageQuery } from './schemas/common.js';
import { ProfileSchema, TimelineEvent } from './schemas/profile.js';

const tag = 'Profiles';

export const profileRoutes = [
  route({
    method: 'get',
    path: '/api/profiles',
    tag,
    summary: 'Find the profile of an identifier, or list profiles',
    query: Type.Object({
      identifier: Type.Optional(
        Type.String({
          pattern: '^[^:]+:.+',
          description: '`type:value`, such as `email:a@b.example`. The answer is then that one profile, or 404.',
        }),
      ),
      segment: Type.Optional(Type.String({ minLength: 1, description: 'Only those in this segment.' })),
      ...pageQuery,
    }),
    answer: {
      status: 200,
      schema: Type.Union([ProfileSchema, listOf(ProfileSchema)]),
      description: 'One profile with `identifier`, else a page of profiles.',
    },
    refusals: [404],
    handle: async ({ engine, query }) => {
      if (query.identifier !== undefined) {
        return showProfile(found(await engine.profiles.byIdentifier(query.identifier), 'profile'));
      }
      const { segment } = query;
      return shown(
        await engine.profiles.list({ ...pageOf(query), ...(segment !== undefined && { segment }) }),
        showProfile,
      );
    },
  }),
  route({
    method: 'get',
    path: '/api/profiles/{id}',
    tag,
    summary: 'Get a profile',
    params: IdParams,
    answer: {
      status: 200,
      schema: ProfileSchema,
      description: 'The profile; for the id of one that was merged, the one that absorbed it.',
    },
    refusals: [404],
    handle: async ({ engine, params }) => showProfile(found(await engine.profiles.byId(params.id), 'profile')),
  }),
  route({
    method: 'get',
    path: '/api/profiles/{id}/events',
    tag,
    summary: 'The timeline of a profile, newest first',
    params: IdParams,
    query: Type.Object(pageQuery),
    answer: { status: 200, schema: listOf(TimelineEvent), description: 'A page of events.' },
    refusals: [404],
    handle: async ({ engine, params, query }) => {
      found(await engine.profiles.byId(params.id), 'profile');
      return shown(await engine.profiles.events(params.id, pageOf(query)), showEvent);
    },
  }),
];
