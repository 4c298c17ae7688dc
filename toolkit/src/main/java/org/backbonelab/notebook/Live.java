package org.backbonelab.notebook;

import java.util.Optional;
import java.util.UUID;

/** An output of a cell that can be replaced in place; made by {@link Notebook#live}. */
public final class Live {
    /** Random, so that a restarted kernel never updates what an earlier one has shown; notebooks do not store it. */
    private final String id = UUID.randomUUID().toString();

    Live(Object first) {
        Page.show(first, Optional.of(id));
    }

    /** Shows something in the place of what was shown before; outside a notebook it is printed below. */
    public void update(Object x) {
        Page.update(x, id);
    }
}
