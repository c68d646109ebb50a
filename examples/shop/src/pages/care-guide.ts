export const CARE_GUIDE = `TERN & KETTLE: CARE GUIDE

Enamel    Warm water, soft cloth. Never heat it empty.
Stoneware Let it cool before you wash it.
Porcelain Dishwasher, as often as you like.
Tinplate  Wipe it dry, and keep the cork seal out of water.
`;
