/** What a read is measured against: responders that append an event for each request and answer, and know neither secrets nor policy. */
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from 'nats';

export const FLOORS = ['grouped', 'bare'] as const;
export type Floor = (typeof FLOORS)[number];

export const FLOOR_STREAM = 'FLOOR';
export const floorSubject = (floor: Floor): string => `floor.ask.${floor}`;

const EVENT_BYTES = 500;
const GROUP_MAX = 128;
const SUBJECT = 'floor.events';
const event = new Uint8Array(EVENT_BYTES).fill(120);
const answer = new Uint8Array(50).fill(120);

/** Every request is an append of its own. */
const bare = (js: JetStreamClient) => async (message: Msg): Promise<void> => {
  await js.publish(SUBJECT, event);
  message.respond(answer);
};

/** One append is in flight, for all that arrived meanwhile. */
const grouped = (js: JetStreamClient) => {
  const waiting: Msg[] = [];
  let busy = false;
  const pump = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, GROUP_MAX);
      await js.publish(SUBJECT, new Uint8Array(EVENT_BYTES * group.length).fill(120));
      for (const message of group) message.respond(answer);
    }
    busy = false;
  };
  return (message: Msg): void => {
    waiting.push(message);
    if (!busy) void pump();
  };
};

/** Answers on the subjects of both until the connection is closed. */
export const openFloors = async (nc: NatsConnection): Promise<void> => {
  const js = jetstream(nc);
  const [one, other] = [grouped(js), bare(js)];
  nc.subscribe(floorSubject('grouped'), { callback: (_, message) => one(message) });
  nc.subscribe(floorSubject('bare'), { callback: (_, message) => void other(message) });
  await nc.flush();
};
