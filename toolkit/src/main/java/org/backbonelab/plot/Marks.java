package org.backbonelab.plot;

import java.util.Set;

/** Marks of results: ★ best, ▲ among the best, ▽ failed, ✗ failed and worst. */
final class Marks {
    private static final Set<String> FAILED = Set.of("▽", "✗");

    private Marks() {}

    static boolean failed(String mark) {
        return FAILED.contains(mark);
    }
}
