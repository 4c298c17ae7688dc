package org.backbonelab.planted;

/** Knows {@link Hen} by a nested class only, which counts as the class itself. */
public final class Egg {
    /** What is inside. */
    public static final class Yolk {
        /** Returns what becomes of it. */
        public Hen hatch() {
            return new Hen();
        }
    }
}
