package org.backbonelab.study;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The class path that a worker needs to be what this JVM is.
 *
 * <p>A kernel may have got the toolkit after its start: IJava's {@code %classpath} and {@code IJAVA_CLASSPATH} give jars
 * to the class loader of the cells, of which the JVM's own class path says nothing.
 */
final class WorkerClassPath {
    private WorkerClassPath() {}

    /** Returns the JVM's class path and whatever else a class and its neighbours were loaded from, in order of search. */
    static String of(Class<?> type) {
        String own = System.getProperty("java.class.path");
        Set<String> entries = new LinkedHashSet<>(Arrays.asList(own.split(File.pathSeparator, -1)));
        addUrls(type.getClassLoader(), entries);
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source != null) {
            add(source.getLocation(), entries);
        }
        return String.join(File.pathSeparator, entries);
    }

    /** Parents first, as classes are looked for. */
    private static void addUrls(ClassLoader loader, Set<String> entries) {
        if (loader == null) {
            return;
        }
        addUrls(loader.getParent(), entries);
        if (loader instanceof URLClassLoader urls) {
            for (URL url : urls.getURLs()) {
                add(url, entries);
            }
        }
    }

    /** What is no file of this machine cannot stand on a class path. */
    private static void add(URL url, Set<String> entries) {
        if (url != null && url.getProtocol().equals("file")) {
            entries.add(path(url).toString());
        }
    }

    /** Some who make URLs of files leave blanks and the like as they are. */
    private static Path path(URL url) {
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            return Path.of(url.getPath());
        }
    }
}
