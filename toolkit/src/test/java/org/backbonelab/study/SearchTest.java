package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.function.DoubleUnaryOperator;
import org.backbonelab.recipe.Recipe;
import org.backbonelab.results.RowStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchTest {
    @TempDir
    Path folder;

    private Search.Found search(Search search, DoubleUnaryOperator top1) {
        RowStore store = new RowStore(folder);
        return search.run(values -> Studies.run(
                Study.of("search", "synthetic")
                        .backbones("vit_micro")
                        .track("SAM", Recipe.supervised())
                        .vary("rho", values),
                Studies.fake(
                        cell -> top1.applyAsDouble(cell.recipe().optimization().rho())),
                store));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.1, 3", "0.025, 0.025, 5", "0.8, 0.8, 6", "0.05, 0.05, 4"})
    void gridsGrowUntilTheBestIsInside(double wanted, double best, int tried) {
        Search.Found found =
                search(Search.over("rho", 0.2, 0.05, 0.1).growing(4), rho -> 80 - Math.abs(Math.log(rho / wanted)));
        assertEquals(best, found.best());
        assertTrue(found.inside());
        assertEquals(tried, found.results().lines().size());
    }

    @Test
    void aGridThatMayNotGrowSaysThatItsBestIsAtTheEdge() {
        Search.Found found = search(Search.over("rho", 0.05, 0.1).growing(1), rho -> 80 - rho);
        assertEquals(0.025, found.best());
        assertFalse(found.inside());
    }

    /** The best value above one that diverged is luck: smaller ones are tried. */
    @Test
    void aDivergedNeighbourIsNoBound() {
        Search.Found found = search(
                Search.over("rho", 0.1, 0.2, 0.4).growing(3),
                rho -> rho == 0.1 ? Double.NaN : rho < 0.1 ? 70 : 60 - rho);
        assertTrue(found.best() < 0.1, "best " + found.best());
    }

    @Test
    void whatCannotBeSearchedIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Search.over("rho", 0, 0.1));
        assertThrows(IllegalArgumentException.class, () -> Search.over("rho"));
        assertThrows(
                IllegalArgumentException.class, () -> Search.over("rho", 0.1).growing(2));
        assertThrows(IllegalArgumentException.class, () -> Search.over("radius", 0.1, 0.2));
    }
}
