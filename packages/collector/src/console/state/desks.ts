import { signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { ApiProblem } from "../live/problem.ts";
import {
  type DeskMapping,
  type DeskUpdate,
  deskTestWords,
  type HelpDesk,
  updateOf,
} from "../model/desk.ts";
import { newPathSecret } from "../model/desk-steps.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import type { KindSchema } from "../model/own-kind.ts";
import { createListWork } from "./work.ts";

export type Desks = ReturnType<typeof createDesks>;

/** By field. */
type Problems = Readonly<Record<string, string>>;

/** The form that adds a desk, or one of a desk that is there. */
export type DeskFormName = "new" | `access ${string}` | `secret ${string}` | `mapping ${string}`;

type DesksApi = Pick<
  Api,
  | "desks"
  | "putDesk"
  | "removeDesk"
  | "testDesk"
  | "parkedFacts"
  | "dryWrites"
  | "deskDeliveries"
  | "replayToDesk"
>;

/** The account's help desks, and what is done with them. */
export function createDesks(api: DesksApi) {
  const kinds = signal<readonly string[]>([]);
  /** What may be entered for each kind, and as the words of any. */
  const schemas = signal<Readonly<Record<string, KindSchema>>>({});
  const mappingSchema = signal<JsonSchema>({});
  /** What is wrong with what was last entered, and in which form. */
  const problems = signal<{ form: DeskFormName; byField: Problems } | null>(null);
  /** An address with a secret that was just made, and is never shown again. */
  const address = signal<string | null>(null);
  const work = createListWork(api.desks, (found): readonly HelpDesk[] => {
    kinds.value = found.kinds;
    schemas.value = found.schemas;
    mappingSchema.value = found.mapping;
    return found.desks;
  });
  const { list, status, isBusy, read, reload } = work;

  /** @param form whose fields it is about; missing: it was not entered in a form */
  async function put(id: string, desk: DeskUpdate, form?: DeskFormName): Promise<void> {
    problems.value = null;
    try {
      await api.putDesk(id, desk);
    } catch (failure) {
      if (form && failure instanceof ApiProblem) {
        problems.value = { form, byField: problemsIn(failure) };
      }
      throw failure;
    }
  }

  const change = (desk: HelpDesk, part: Partial<DeskUpdate>, done: string, form?: DeskFormName) =>
    work.change(async () => {
      await put(desk.id, { ...updateOf(desk), ...part }, form);
      return done;
    });

  return {
    list,
    kinds,
    schemas,
    mappingSchema,
    /** What is wrong in a form, by field. */
    problemsOf: (form: DeskFormName): Problems =>
      problems.value?.form === form ? problems.value.byField : {},
    address,
    status,
    isBusy,
    read,

    add: (id: string, kind: string, outbound: DeskUpdate["outbound"], dryRun: boolean) =>
      work.change(async () => {
        await reload();
        // The route would replace it.
        if (list.peek()?.some((desk) => desk.id === id)) {
          problems.value = { form: "new", byField: { id: "There is a desk of this name." } };
          return "Choose another name.";
        }
        await put(id, { kind, inbound: {}, outbound, dryRun, mapping: {} }, "new");
        return `${id} was added. What to do in the desk stands below it.`;
      }),

    setOutbound: (desk: HelpDesk, outbound: DeskUpdate["outbound"]) =>
      change(desk, { outbound }, `The access to ${desk.id} was changed.`, `access ${desk.id}`),

    setMapping: (desk: HelpDesk, mapping: DeskMapping) =>
      change(desk, { mapping }, `The words of ${desk.id} were changed.`, `mapping ${desk.id}`),

    setDryRun: (desk: HelpDesk, dryRun: boolean) =>
      change(
        desk,
        { dryRun },
        dryRun
          ? `${desk.id} is told nothing from now on.`
          : `${desk.id} is told how things stand with the next change of each conversation.`,
      ),

    /** In place of those that there are. */
    setSecrets: (desk: HelpDesk, secrets: string[]) =>
      change(
        desk,
        { inbound: { secrets } },
        `${desk.id} is believed by what was entered, and by no other secret.`,
        `secret ${desk.id}`,
      ),

    /** Gives the desk an address that carries a secret. */
    makeAddress: (desk: HelpDesk) =>
      work.change(async () => {
        const secret = newPathSecret();
        await put(desk.id, { ...updateOf(desk), inbound: { secrets: [secret] } });
        address.value = `${desk.inboundUrl}/${secret}`;
        return `${desk.id} has a new address.`;
      }),

    remove: ({ id }: HelpDesk) =>
      work.change(async () => {
        await api.removeDesk(id);
        return `${id} was removed.`;
      }),

    test: ({ id }: HelpDesk) => work.run(async () => deskTestWords(id, await api.testDesk(id))),

    parked: async ({ id }: HelpDesk) => (await api.parkedFacts(id)).parked,
    dryWrites: async ({ id }: HelpDesk) => (await api.dryWrites(id)).writes,
    deliveries: api.deskDeliveries,

    /** Tells the desk again of one transition, or of all that failed. */
    replay: ({ id }: HelpDesk, transition?: string) =>
      work.run(async () => {
        const what = transition === undefined ? { status: "failed" as const } : { transition };
        const { replayed } = await api.replayToDesk(id, what);
        return replayed === 1 ? "It is told again of 1." : `It is told again of ${replayed ?? 0}.`;
      }),
  };
}

function problemsIn({ errors }: ApiProblem): Problems {
  return Object.fromEntries(
    errors.map(({ field, message }) => [field.replace(/^outbound\./, ""), message]),
  );
}
