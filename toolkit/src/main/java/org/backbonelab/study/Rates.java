package org.backbonelab.study;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.recipe.Recipe;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Learning rates of pairs of backbone and optimizer, which go before the optimizers' own ones. */
final class Rates {
    private final Map<List<String>, Double> rates = new HashMap<>();

    /** Takes those of a table; of a pair's rows the first counts. */
    void take(Table tuned) {
        for (Row row : tuned) {
            rates.putIfAbsent(List.of(row.getString("backbone"), row.getString("optimizer")), row.getDouble("lr"));
        }
    }

    /**
     * Returns a recipe at the rate of its pair, or as it is where no rates were given.
     *
     * @throws IllegalArgumentException if there are rates, but none of this pair
     */
    Recipe apply(String backbone, Recipe recipe) {
        if (rates.isEmpty()) {
            return recipe;
        }
        String optimizer = recipe.optimization().optimizer();
        Double rate = rates.get(List.of(backbone, optimizer));
        if (rate == null) {
            throw new IllegalArgumentException("no learning rate for " + backbone + " with " + optimizer
                    + " in the given table; expected a row of that backbone and optimizer");
        }
        return recipe.withLr(rate);
    }
}
