/** The collector's own minimum for a new password. */
export const MIN_PASSWORD_LENGTH = 12;
