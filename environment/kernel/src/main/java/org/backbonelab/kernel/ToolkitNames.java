package org.backbonelab.kernel;

import java.util.List;

/** The names that the toolkit's calls take as strings, where the toolkit is on the class path. */
final class ToolkitNames {
    private ToolkitNames() {}

    /** The kernel is built without the toolkit, and also serves notebooks that do without it. */
    static List<String> of(String call) {
        try {
            Object names = Class.forName("org.backbonelab.Names")
                    .getMethod("of", String.class)
                    .invoke(null, call);
            return ((List<?>) names).stream().map(String::valueOf).toList();
        } catch (ReflectiveOperationException | LinkageError e) {
            return List.of();
        }
    }
}
