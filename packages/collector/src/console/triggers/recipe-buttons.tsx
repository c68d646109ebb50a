import { useSignal } from "@preact/signals";
import type { RecipeName } from "../../core/recipes.ts";
import { RECIPE_WORDS, type RecipeWords } from "../model/trigger-words.ts";

interface Props {
  isDisabled: boolean;
  onAdd: (recipe: RecipeName, group: string) => void;
}

/** The predefined triggers, each added to the list and tried by one press. */
export function RecipeButtons({ isDisabled, onAdd }: Props) {
  return (
    <section class="card" aria-labelledby="recipes-title">
      <h3 id="recipes-title">Ready to use</h3>
      <p class="quiet">
        Each is added at the end of the list and tried on past conversations. It acts once you save.
      </p>
      <ul class="recipes">
        {RECIPE_WORDS.map((words) => (
          <Recipe key={words.recipe} words={words} isDisabled={isDisabled} onAdd={onAdd} />
        ))}
      </ul>
    </section>
  );
}

function Recipe({ words, isDisabled, onAdd }: Props & { words: RecipeWords }) {
  const { recipe, title, does, know, group } = words;
  const typed = useSignal("");
  return (
    <li>
      <button
        id={`recipe-${recipe}`}
        type="button"
        disabled={isDisabled}
        onClick={() => onAdd(recipe, typed.value.trim())}
      >
        {title}
      </button>
      <p>
        {does} <span class="quiet">{know}</span>
      </p>
      {group !== undefined && (
        <label>
          Group{" "}
          <input
            type="text"
            dir="auto"
            maxLength={256}
            placeholder={`if left empty: ${group}`}
            size={30}
            value={typed}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
      )}
    </li>
  );
}
