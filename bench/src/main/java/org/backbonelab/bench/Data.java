package org.backbonelab.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageFolder;
import org.backbonelab.data.Images;
import org.backbonelab.data.Split;
import org.backbonelab.data.augment.Augmentation;
import org.backbonelab.tensor.Seeds;

/** A step is one batch of the data pipeline, prepared by the calling thread. */
final class Data implements Contender {
    /** Crop, flip, RandAugment and erasing. */
    static final Augmentation SMALL =
            Augmentation.CIFAR.withRandAugment("rand-m9-mstd0.5-inc1").withErasing(Augmentation.Erasing.pixel(0.25));

    private static final int COUNT = 5120;
    private static final int FILES = 256;
    private static final int JPEG_WIDTH = 500;
    private static final int JPEG_HEIGHT = 375;
    private static final int JPEG_SIZE = 224;

    private final Batches batches;
    private final Path folder;
    private long steps;

    private Data(Batches batches, Path folder) {
        this.batches = batches;
        this.folder = folder;
    }

    /** Returns the pipeline of 32-pixel images: crop, flip, RandAugment, erasing. */
    static Data small() {
        return new Data(batches(), null);
    }

    /** Returns batches of generated images of the benchmark's size. */
    static Batches batches() {
        Images train = Images.synthetic(COUNT, Task.CHANNELS, Task.SIZE, Task.CLASSES, 1);
        Images test = Images.synthetic(Task.BATCH, Task.CHANNELS, Task.SIZE, Task.CLASSES, 2);
        return batches(Datasets.of("bench", train, test), SMALL);
    }

    /** Returns the pipeline of JPEG files: decode, resized crop to 224 pixels, flip. */
    static Data jpeg() {
        try {
            Path folder = Files.createTempDirectory("backbonelab-bench-");
            for (String part : List.of("train", "val")) {
                Files.createDirectories(folder.resolve(part).resolve("one"));
            }
            for (int i = 0; i < FILES; i++) {
                write(folder.resolve("train/one/" + i + ".jpg"), i);
            }
            write(folder.resolve("val/one/0.jpg"), FILES);
            ImageFolder train = new ImageFolder(folder.resolve("train"), Task.CHANNELS, JPEG_SIZE, 1);
            ImageFolder test = new ImageFolder(folder.resolve("val"), Task.CHANNELS, JPEG_SIZE, 1);
            float[] half = {0.5f, 0.5f, 0.5f};
            Dataset dataset = new Dataset("bench", train, test, half, half, train.checksum());
            return new Data(batches(dataset, Augmentation.PYTORCH), folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the JPEG files cannot be written", e);
        }
    }

    private static Batches batches(Dataset dataset, Augmentation augmentation) {
        return new Batches(new Split(dataset, dataset.train(), dataset.test(), dataset.test()), augmentation, 0);
    }

    /** Writes a picture of about 100 kB, as ImageNet's are in size: shapes and a little noise. */
    private static void write(Path file, long seed) throws IOException {
        RandomGenerator random = Seeds.stream(seed, "bench jpeg");
        BufferedImage image = new BufferedImage(JPEG_WIDTH, JPEG_HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 200; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillOval(
                    random.nextInt(JPEG_WIDTH), random.nextInt(JPEG_HEIGHT), random.nextInt(99), random.nextInt(99));
        }
        graphics.dispose();
        for (int y = 0; y < JPEG_HEIGHT; y++) {
            for (int x = 0; x < JPEG_WIDTH; x++) {
                image.setRGB(x, y, image.getRGB(x, y) ^ (random.nextInt(32) * 0x010101));
            }
        }
        ImageIO.write(image, "jpg", file.toFile());
    }

    @Override
    public double step() {
        int perEpoch = batches.perEpoch(Task.BATCH);
        batches.train((int) (steps / perEpoch), (int) (steps % perEpoch), Task.BATCH);
        steps++;
        return 0;
    }

    @Override
    public long parameters() {
        return 0;
    }

    @Override
    public void close() {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be deleted", e);
        }
    }
}
