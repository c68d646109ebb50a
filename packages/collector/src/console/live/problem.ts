/** No one is signed in at this browser any more. */
export class SignInEnded extends Error {}

/** A refusal of the collector, with what to do about it. */
export class ApiProblem extends Error {
  /** A stable code, as `invalid_settings`. */
  readonly code: string;
  /** What is wrong, field by field. */
  readonly errors: readonly { field: string; message: string }[];
  /** Of HTTP. */
  readonly status: number;

  constructor(code: string, detail: string, errors: ApiProblem["errors"] = [], status = 400) {
    super(detail);
    this.code = code;
    this.errors = errors;
    this.status = status;
  }
}

/** The refusal in a response that is not `ok`. */
export async function problemIn(response: Response): Promise<ApiProblem> {
  const { status } = response;
  try {
    const { code, detail, errors } = await response.json();
    return new ApiProblem(code, detail, errors, status);
  } catch {
    const detail = `The collector, or a proxy before it, answered ${status}. Try again.`;
    return new ApiProblem("unknown", detail, [], status);
  }
}

/** Why a request failed, for the people who made it. */
export function failureWords(failure: unknown): string {
  if (failure instanceof SignInEnded) return "Your sign-in has ended. Reload the page to sign in.";
  if (!(failure instanceof ApiProblem)) return "That did not reach the collector. Try again.";
  if (failure.code === "role_missing") {
    return "Your role does not allow this. Someone with a higher role can do it.";
  }
  return failure.message;
}
