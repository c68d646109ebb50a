export interface Product {
  id: string;
  name: string;
  /** In whole euros. */
  price: number;
  summary: string;
  story: string;
  facts: [label: string, value: string][];
  inStock: number;
}

export const PRODUCTS: readonly Product[] = [
  {
    id: "harbour-kettle",
    name: "Harbour kettle",
    price: 89,
    summary: "Enamel on steel, with a spout that pours where you point it.",
    story:
      "A kettle for the stove, enamelled in two coats and fired twice. The handle stays cool because it is wood, and the lid stays on because it is heavy. It tells you that the water boils by sounding like one: quietly at first.",
    facts: [
      ["Holds", "1.4 litres"],
      ["For", "gas, electric and induction"],
      ["Weight", "980 g"],
    ],
    inStock: 14,
  },
  {
    id: "moss-teapot",
    name: "Moss teapot",
    price: 64,
    summary: "Round stoneware for four cups, or for two people who linger.",
    story:
      "Thrown by hand, so no two are quite alike. The glaze is a matt green that darkens where the clay is thick. A strainer is pierced into the wall behind the spout; there is nothing to lose and nothing to fish out.",
    facts: [
      ["Holds", "0.9 litres"],
      ["For", "table and dishwasher"],
      ["Weight", "720 g"],
    ],
    inStock: 6,
  },
  {
    id: "paper-dripper",
    name: "Paper dripper",
    price: 28,
    summary: "A cone, a ridge, a hole. Coffee has asked for nothing else.",
    story:
      "Porcelain keeps the heat, the ridges keep the paper off the wall, and one wide hole leaves the speed to you. It stands on any mug up to ten centimetres across.",
    facts: [
      ["Makes", "one or two cups"],
      ["Papers", "size 02"],
      ["Weight", "310 g"],
    ],
    inStock: 31,
  },
  {
    id: "dune-mugs",
    name: "Dune mugs, pair",
    price: 36,
    summary: "Two mugs, wide enough to warm both hands.",
    story:
      "The lower half is left unglazed and feels like fine sand. The upper half is glazed and feels like a mug. They stack, and they have survived our office for six years.",
    facts: [
      ["Holds", "0.3 litres each"],
      ["For", "microwave and dishwasher"],
      ["Weight", "260 g each"],
    ],
    inStock: 22,
  },
  {
    id: "tide-tin",
    name: "Tide tin",
    price: 19,
    summary: "Keeps tea dry and dark, which is all that tea wants.",
    story:
      "A tin with two lids: the outer one for your hands, the inner one for the air. Holds 150 g of leaf tea or 250 g of beans, and has no smell of its own.",
    facts: [
      ["Holds", "0.7 litres"],
      ["Made of", "tinplate, cork seal"],
      ["Weight", "180 g"],
    ],
    inStock: 0,
  },
  {
    id: "slow-scale",
    name: "Slow scale",
    price: 52,
    summary: "Weighs to the tenth of a gram, and counts the minutes.",
    story:
      "A flat scale with a timer that starts with the first drop. Charges in an hour, lasts for two months of mornings. The top wipes clean and the feet do not walk.",
    facts: [
      ["Weighs", "up to 2 kg"],
      ["Charges by", "USB-C"],
      ["Weight", "340 g"],
    ],
    inStock: 9,
  },
];

export function productById(id: string): Product | undefined {
  return PRODUCTS.find((product) => product.id === id);
}
