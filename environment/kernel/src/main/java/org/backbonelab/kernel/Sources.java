package org.backbonelab.kernel;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jshell.SourceCodeAnalysis;

/** Shows JShell where the sources of libraries lie, from which it takes their Javadoc. */
final class Sources {
    private Sources() {}

    /**
     * Adds a folder of sources. JShell itself looks for those of the JDK only and has no public way to name others; a JDK
     * on which this one fails shows signatures alone.
     *
     * @return whether the folder will be searched
     */
    static boolean add(SourceCodeAnalysis analysis, Path folder) {
        try {
            Method find = analysis.getClass().getDeclaredMethod("findSources");
            find.setAccessible(true);
            List<Object> all = new ArrayList<>((List<?>) find.invoke(analysis));
            all.add(folder);
            Field found = analysis.getClass().getDeclaredField("availableSources");
            found.setAccessible(true);
            found.set(analysis, all);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }
}
