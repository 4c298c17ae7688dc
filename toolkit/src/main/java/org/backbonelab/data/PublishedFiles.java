package org.backbonelab.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Settings;

/** A data set of files that someone has published: where they are looked for, how they are fetched and read. */
interface PublishedFiles {
    /** Returns the name on the list of {@link Datasets}, also that of its folder. */
    String id();

    /** Returns the name for people. */
    String title();

    /** Returns what to do if files are missing or broken. */
    String fix();

    /**
     * Reads the data set from a folder.
     *
     * @throws DataException if a file is missing or is not the published one
     */
    Dataset read(Path folder);

    /** Downloads the files into a folder and checks them; those that are there are kept. */
    void download(Path folder);

    /** Returns the folders that are searched, in order: BACKBONELAB_DATA, Debian's, the download cache. */
    default List<Path> folders() {
        List<Path> out = new ArrayList<>();
        Settings.BACKBONELAB_DATA.get().ifPresent(own -> out.add(Path.of(own, id())));
        out.add(Path.of("/usr/share/datasets", id()));
        out.add(cache());
        return out;
    }

    /** Returns where downloads go unless told otherwise. */
    default Path cache() {
        return Path.of(System.getProperty("user.home"), ".cache", "backbonelab", id());
    }

    /** Reads the data set from the first folder that there is. */
    default Dataset read() {
        Path folder = folders().stream().filter(Files::isDirectory).findFirst().orElse(null);
        if (folder == null) {
            throw new DataException(title() + " is in none of " + folders() + "; " + fix());
        }
        return read(folder);
    }
}
