package org.backbonelab.io;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stored results that do not hold: named, and trained again, or an error where BACKBONELAB_DAMAGED says so. */
public final class Damage {
    private static final Logger LOG = LoggerFactory.getLogger(Damage.class);

    private Damage() {}

    /**
     * Tells of something stored that does not hold.
     *
     * @param problem names the file and the reason
     * @param consequence what happens with it
     * @throws IllegalArgumentException if BACKBONELAB_DAMAGED is {@code refuse}
     */
    public static void told(IllegalArgumentException problem, String consequence) {
        told(problem, consequence, Settings.BACKBONELAB_DAMAGED.orStandard());
    }

    static void told(IllegalArgumentException problem, String consequence, String setting) {
        if (setting.equals("refuse")) {
            throw problem;
        }
        LOG.warn("{}: {}", problem.getMessage(), consequence);
    }
}
