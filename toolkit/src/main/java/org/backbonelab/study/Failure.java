package org.backbonelab.study;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A cell that could not be trained.
 *
 * @param cell which
 * @param cause why
 */
public record Failure(Cell cell, RuntimeException cause) {
    private static final int NAMED = 5;

    /**
     * Tells of all failures at the end: the other cells are finished and kept.
     *
     * @param tasks how many there were
     * @throws IllegalArgumentException if there is a failure, and each is the fault of its cell
     * @throws IllegalStateException if there is one that is not
     */
    public static void throwIfAny(List<Failure> failures, int tasks) {
        if (failures.isEmpty()) {
            return;
        }
        RuntimeException first = failures.get(0).cause;
        if (failures.size() == 1 && tasks == 1) {
            throw first;
        }
        String names = failures.stream()
                .limit(NAMED)
                .map(f -> f.cell.label() + ": " + f.cause.getMessage())
                .collect(Collectors.joining("; "));
        String more = failures.size() > NAMED ? "; and " + (failures.size() - NAMED) + " more" : "";
        String text =
                failures.size() + " of " + tasks + " cells failed, the others are finished and kept: " + names + more;
        if (failures.stream().allMatch(f -> f.cause instanceof IllegalArgumentException)) {
            throw new IllegalArgumentException(text, first);
        }
        throw new IllegalStateException(text, first);
    }
}
