/** A refusal of the collector, with what to do about it. */
export class ApiProblem extends Error {
  /** A stable code, as `invalid_settings`. */
  readonly code: string;
  /** What is wrong, field by field. */
  readonly errors: readonly { field: string; message: string }[];

  constructor(code: string, detail: string, errors: ApiProblem["errors"] = []) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

/** The refusal in a response that is not `ok`. */
export async function problemIn(response: Response): Promise<ApiProblem> {
  const { status } = response;
  try {
    const { code, detail, errors } = await response.json();
    return new ApiProblem(code, detail, errors);
  } catch {
    return new ApiProblem("unknown", `The collector answered ${status}.`);
  }
}

/** Why a request failed, for the people who made it. */
export function failureWords(failure: unknown): string {
  if (!(failure instanceof ApiProblem)) return "That did not reach the collector. Try again.";
  if (failure.code === "role_missing") {
    return "Your role does not allow this. Someone with a higher role can do it.";
  }
  return failure.message;
}
