package org.backbonelab.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.backbonelab.model.Backbones;

/**
 * What the code means by a cell, as numbers by concern: a change of the code that changes results raises one of them.
 *
 * <p>A cell's id says what was asked for; with this number a row says by which rules it was answered. Rows of other
 * numbers are not read back. A concern counts for the cells that it bears on, so that rows it leaves alone stay.
 */
final class Semantics {
    /** The sets of equal classes, whose splits have always been of equal shares. */
    private static final Set<String> BALANCED = Set.of("fashion-mnist", "cifar-10", "cifar-100", "synthetic");

    /**
     * The concerns and their numbers; none is ever removed.
     *
     * <ul>
     *   <li>{@code training} 1: everything that no other concern names.
     *   <li>{@code split} 2: shares of classes are equal in all parts of unbalanced sets; 1 took the surplus of the largest.
     *   <li>{@code masks} 3: the encoder computes visible patches alone, equal but for rounding; 2 takes masks from the pass's
     *       seed; 1 gave all parts of a batch the same ones.
     *   <li>{@code agc} 2: the classifier of every family is exempt; 1 knew three names.
     * </ul>
     */
    private static final List<Concern> CONCERNS = List.of(
            new Concern("training", 1, cell -> true),
            new Concern("split", 2, Semantics::isUnbalanced),
            new Concern("masks", 3, cell -> cell.phases().stream()
                    .anyMatch(r -> r.objective().name().equals("fcmae"))),
            new Concern(
                    "agc",
                    2,
                    cell -> cell.phases().stream()
                                    .anyMatch(r -> r.optimization().agc() > 0)
                            && !Backbones.family(cell.backbone()).equals("nfnet")));

    private record Concern(String name, int number, Predicate<Cell> bearsOn) {}

    private Semantics() {}

    private static boolean isUnbalanced(Cell cell) {
        List<String> sets = new ArrayList<>(List.of(cell.dataset()));
        cell.phases().forEach(r -> sets.add(r.data().source().dataset()));
        return sets.stream().anyMatch(name -> !name.isEmpty() && !BALANCED.contains(name.replaceFirst("@.*", "")));
    }

    /** Returns the numbers that bear on a cell: {@code training 1, masks 2}. */
    static String of(Cell cell) {
        return String.join(
                ", ",
                CONCERNS.stream()
                        .filter(c -> c.bearsOn.test(cell))
                        .map(c -> c.name + " " + c.number)
                        .toList());
    }
}
