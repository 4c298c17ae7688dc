package org.backbonelab.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.backbonelab.io.Settings;
import org.backbonelab.io.Spelling;

/**
 * The list of data sets, and one's own folders of images.
 *
 * <p>{@code <name>@<size>}, such as {@code cifar-100@224}, is a data set of the list whose images are resized (bicubic) on
 * their way into a batch. Besides, {@code folder:<name>@<size>} is a data set: JPEG and PNG files in
 * the folder {@code <name>} of the one that BACKBONELAB_DATA names, with the parts {@code train} and {@code val}, cropped
 * or resized to size x size.
 *
 * <p>Any of these, and {@code +<corruption>-<severity>} behind it, such as {@code fashion-mnist+fog-3} or
 * {@code cifar-100@64+fog-3}, is the same data set whose test images are spoilt ({@link Corrupted}); those to train on,
 * mean and deviation stay.
 */
public final class Datasets {
    private static final List<PublishedFiles> PUBLISHED =
            List.of(Mnist.FASHION_MNIST, Mnist.MNIST, Cifar.CIFAR10, Cifar.CIFAR100, Cifar.CIFAR100_COARSE);
    private static final Pattern SIZED = Pattern.compile("([a-z0-9-]+)@([1-9][0-9]{0,3})");
    private static final Map<String, Supplier<Dataset>> ALL = new LinkedHashMap<>();
    private static final Map<String, Dataset> LOADED = new LinkedHashMap<>();

    static {
        PUBLISHED.forEach(files -> ALL.put(files.id(), files::read));
        ALL.put("synthetic", Datasets::synthetic);
    }

    private Datasets() {}

    /**
     * Returns the name that {@code DATASET} gives, or else that of a study's own: any study on one's own images.
     *
     * @throws IllegalArgumentException if it is no data set
     */
    public static String chosen(String own) {
        String name = Settings.DATASET.get().orElse(own);
        check(name);
        return name;
    }

    /** Returns all names in the order of the list. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /**
     * Returns a data set, read once a JVM.
     *
     * @throws IllegalArgumentException if the name is not on the list, or its corruption or severity is none
     * @throws DataException if its files are missing or broken
     */
    public static synchronized Dataset get(String name) {
        check(name);
        Dataset dataset = LOADED.get(name);
        if (dataset == null) {
            Matcher sized = SIZED.matcher(name);
            if (CorruptedSet.isName(name)) {
                dataset = CorruptedSet.of(get(CorruptedSet.clean(name)), name);
            } else if (PhotoSet.isName(name)) {
                dataset = PhotoSet.read(name);
            } else if (sized.matches()) {
                dataset = get(sized.group(1)).sized(name, Integer.parseInt(sized.group(2)));
            } else {
                dataset = ALL.get(name).get();
            }
            LOADED.put(name, dataset);
        }
        return dataset;
    }

    /**
     * Checks that a name is one of a data set, without reading anything.
     *
     * @throws IllegalArgumentException if it is not, or if its corruption or severity is none
     */
    public static void check(String name) {
        if (CorruptedSet.isName(name)) {
            check(CorruptedSet.clean(name));
            CorruptedSet.check(name);
            return;
        }
        Matcher sized = SIZED.matcher(String.valueOf(name));
        if (!ALL.containsKey(name) && !PhotoSet.isName(name) && !(sized.matches() && ALL.containsKey(sized.group(1)))) {
            throw Spelling.unknown(
                    "data set",
                    name,
                    names(),
                    "known are " + String.join(", ", names()) + ", each also as <name>@<size>, and " + PhotoSet.FORM
                            + ", each also as " + CorruptedSet.FORM);
        }
    }

    /** Returns the names of those that {@link #download} knows. */
    public static List<String> downloadable() {
        return PUBLISHED.stream().map(PublishedFiles::id).toList();
    }

    /**
     * Downloads the files of a data set, checks them, and returns their folder; files already there are kept, and a
     * download that broke off goes on.
     *
     * @param folder where to, or null for the cache of this user, where {@link #get} looks
     * @throws IllegalArgumentException if the data set is not one that can be downloaded
     * @throws DataException if the network fails, or what it gives is not the published content
     */
    public static Path download(String name, Path folder) {
        PublishedFiles files = PUBLISHED.stream()
                .filter(p -> p.id().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "cannot download \"" + name + "\", expected " + String.join(", ", downloadable())));
        Path target = folder == null ? files.cache() : folder;
        files.download(target);
        return target;
    }

    /** Returns a small generated data set for tests: 10 classes, 28 x 28, one channel. */
    public static Dataset synthetic() {
        return of("synthetic", Images.synthetic(2000, 1, 28, 10, 1), Images.synthetic(500, 1, 28, 10, 2));
    }

    /**
     * Returns a data set of one's own images, with mean, deviation and checksum computed: every image is read once, as
     * it is stored.
     */
    public static Dataset of(String name, ImageSource train, ImageSource test) {
        return Dataset.of(name, train, test);
    }
}
