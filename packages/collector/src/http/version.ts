/** The version of this package. A constant, because the edge cannot read package.json. */
export const VERSION = "0.0.0";
