package org.backbonelab.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Settings;
import org.backbonelab.io.Sha256;

/**
 * One's own data set of large RGB images: a folder with the parts {@code train} and {@code val} (or {@code test}), each an
 * {@link ImageFolder}.
 *
 * <p>Named {@code folder:<name>@<size>}, such as {@code folder:imagenet@224}: the folder of that name in the one that
 * BACKBONELAB_DATA names, H and W in a batch. Normalised as ImageNet is, whatever the images; evaluation keeps 0.875 of
 * the shorter side.
 */
final class PhotoSet {
    static final String FORM = "folder:<name>@<size>";
    private static final Pattern NAME = Pattern.compile("folder:([A-Za-z0-9][A-Za-z0-9._-]*)@([1-9][0-9]{0,3})");
    private static final double CROP_RATIO = 0.875;

    private PhotoSet() {}

    static boolean isName(String name) {
        return name != null && NAME.matcher(name).matches();
    }

    static Dataset read(String name) {
        String base = Settings.BACKBONELAB_DATA
                .get()
                .orElseThrow(() -> new DataException(
                        name + ": set BACKBONELAB_DATA to the folder in which the data set's folder lies"));
        return read(name, Path.of(base));
    }

    static Dataset read(String name, Path base) {
        Matcher matcher = NAME.matcher(name);
        Checks.require(matcher.matches(), "name of a folder of images", name, FORM);
        Path folder = base.resolve(matcher.group(1));
        int size = Integer.parseInt(matcher.group(2));
        Path val = folder.resolve("val");
        ImageFolder train = new ImageFolder(folder.resolve("train"), 3, size, CROP_RATIO);
        ImageFolder test = new ImageFolder(Files.isDirectory(val) ? val : folder.resolve("test"), 3, size, CROP_RATIO);
        if (!train.classNames().equals(test.classNames())) {
            throw new DataException(folder + ": evaluation has the classes " + test.classNames()
                    + ", expected those of training, " + train.classNames());
        }
        // Mean and deviation of the ImageNet training images.
        float[] mean = {0.485f, 0.456f, 0.406f};
        float[] std = {0.229f, 0.224f, 0.225f};
        String checksum = Sha256.hex(train.checksum() + test.checksum());
        return new Dataset(name, train, test, mean, std, checksum);
    }
}
