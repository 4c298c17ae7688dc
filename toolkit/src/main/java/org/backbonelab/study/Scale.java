package org.backbonelab.study;

import java.util.Locale;
import org.backbonelab.io.Settings;

/** The size of a study: one switch, the environment variable SCALE; the same code, other numbers. */
public enum Scale {
    /** For continuous integration: a notebook in about two minutes on two cores. */
    QUICK,
    /** The default, and what committed outputs show: up to an hour a notebook on two cores. */
    LAPTOP,
    /** The published protocol, on a GPU. */
    PAPER;

    /**
     * Returns the scale that SCALE names; laptop when it is not set.
     *
     * @throws IllegalArgumentException if it names none
     */
    public static Scale fromEnv() {
        return Settings.SCALE.get().map(Scale::of).orElse(LAPTOP);
    }

    static Scale of(String text) {
        for (Scale scale : values()) {
            if (scale.label().equals(text.trim().toLowerCase(Locale.ROOT))) {
                return scale;
            }
        }
        throw new IllegalArgumentException("SCALE is \"" + text + "\", expected quick, laptop or paper");
    }

    /** Returns the name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the value for this scale. */
    public <T> T pick(T quick, T laptop, T paper) {
        return switch (this) {
            case QUICK -> quick;
            case LAPTOP -> laptop;
            case PAPER -> paper;
        };
    }
}
