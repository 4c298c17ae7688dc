package org.backbonelab.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.backbonelab.data.corrupt.Corruption;
import org.backbonelab.data.corrupt.Corruptions;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Sha256;

/**
 * A data set whose test images are spoilt, named {@code <data set>+<corruption>-<severity>}.
 *
 * <p>The images to train on stay clean, and so do mean and deviation. The checksum is that of the clean set, the corruption
 * and {@link Corruptions#VERSION}: no image needs to be spoilt to know it.
 */
final class CorruptedSet {
    static final String FORM = "<data set>+<corruption>-<severity>";
    private static final Pattern NAME = Pattern.compile("([^+]*)\\+(.*)");
    private static final Pattern CORRUPTION = Pattern.compile("(.+?)-(-?[0-9]{1,9})");
    /** Spoilt images are kept if all of them take no more; else each is spoilt anew whenever it is read. */
    private static final long MOST_BYTES = 256L << 20;

    private CorruptedSet() {}

    /** Tells whether a name has this form; {@link #check} whether it says what it should. */
    static boolean isName(String name) {
        return name != null && NAME.matcher(name).matches();
    }

    /** Returns the name of the clean data set. */
    static String clean(String name) {
        return part(name, 1);
    }

    private static String part(String name, int group) {
        Matcher matcher = NAME.matcher(name);
        Checks.require(matcher.matches(), "name of a corrupted data set", name, FORM);
        return matcher.group(group);
    }

    /**
     * Checks the corruption and the severity of a name.
     *
     * @throws IllegalArgumentException if one of them is none
     */
    static void check(String name) {
        Matcher corruption = corruption(name);
        Corruptions.get(corruption.group(1));
        Corruption.checkSeverity(Integer.parseInt(corruption.group(2)));
    }

    private static Matcher corruption(String name) {
        Matcher corruption = CORRUPTION.matcher(part(name, 2));
        Checks.require(corruption.matches(), "name of a corrupted data set", name, FORM + ", such as mnist+fog-3");
        return corruption;
    }

    static Dataset of(Dataset clean, String name) {
        Matcher corruption = corruption(name);
        ImageSource test = clean.test();
        long bytes = (long) test.count() * test.channels() * test.size() * test.size();
        Corrupted corrupted =
                Corrupted.of(test, corruption.group(1), Integer.parseInt(corruption.group(2)), bytes <= MOST_BYTES);
        String text = clean.checksum() + "@" + test.size() + "+" + corruption.group() + " " + Corruptions.VERSION;
        return new Dataset(name, clean.train(), corrupted, clean.mean(), clean.std(), Sha256.hex(text));
    }
}
