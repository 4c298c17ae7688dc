package org.backbonelab.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Names that people mistype. */
public final class Spelling {
    private Spelling() {}

    /** Returns the known name that a misspelt one is nearest to, by Levenshtein's distance; of equals the first. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String k) -> distance(name, k)).thenComparing(Comparator.naturalOrder()));
    }

    /**
     * Returns the error of a name that is not known: what it is, the nearest one, and the rest.
     *
     * @param what it should name, such as "backbone"
     * @param all names every known one, or says how to list them
     */
    public static IllegalArgumentException unknown(String what, String name, Collection<String> known, String all) {
        String hint = nearest(String.valueOf(name), known)
                .map(k -> "; the nearest known one is " + k)
                .orElse("");
        return new IllegalArgumentException("unknown " + what + " \"" + name + "\"" + hint + "; " + all);
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
