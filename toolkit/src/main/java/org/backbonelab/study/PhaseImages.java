package org.backbonelab.study;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Split;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.recipe.Source;

/**
 * The images of each phase of a cell: the cell's own, or those its recipe brings along.
 *
 * @param splits one a phase, and last the cell's own
 */
record PhaseImages(List<Split> splits) {
    /** The images are the same for all cells, so that cells differ by what they say they differ by. */
    private static final long SPLIT_SEED = 0;

    static PhaseImages of(Cell cell) {
        Split own = split(cell, cell.dataset(), cell.trainImages());
        List<Split> splits = cell.phases().stream()
                .map(recipe -> recipe.data().source().equals(Source.CELL)
                        ? own
                        : split(
                                cell,
                                recipe.data().source().dataset(),
                                recipe.data().source().images()))
                .collect(Collectors.toList());
        splits.add(own);
        PhaseImages out = new PhaseImages(splits);
        for (int i = 0; i < cell.phases().size(); i++) {
            out.checkMemory(i, cell.phases().get(i).data().batchSize());
        }
        return out;
    }

    /**
     * Refuses what no network could take: the images of a batch as float32, and their first activations, which are no
     * smaller, have to fit the memory of this machine. The kernel of a machine that is out of memory gives no reason.
     */
    private void checkMemory(int phase, int batchSize) {
        ImageSpec spec = spec(phase);
        double bytes = 2.0
                * Float.BYTES
                * Math.min(batchSize, of(phase).train().count())
                * spec.channels()
                * spec.size()
                * spec.size();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                && bytes > system.getTotalMemorySize()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a batch of %d images of %d x %d needs %.0f GB and more, this machine has %.0f; expected smaller images "
                            + "or batches",
                    batchSize,
                    spec.size(),
                    spec.size(),
                    bytes / 1e9,
                    system.getTotalMemorySize() / 1e9));
        }
    }

    private static Split split(Cell cell, String dataset, int trainImages) {
        return Split.of(Datasets.get(dataset), trainImages, cell.validationImages(), cell.testImages(), SPLIT_SEED);
    }

    /** Returns the images that the cell is evaluated on. */
    Split own() {
        return splits.get(splits.size() - 1);
    }

    Split of(int phase) {
        return splits.get(phase);
    }

    /** Tells whether a phase trains for another task than the one before. */
    boolean changeAt(int phase) {
        return phase > 0
                && !of(phase).source().name().equals(of(phase - 1).source().name());
    }

    ImageSpec spec(int phase) {
        ImageSource images = of(phase).source().train();
        return new ImageSpec(images.channels(), images.size(), images.classes());
    }

    /**
     * Returns the SHA-256 of all data sets that decide the bits of a cell's result.
     *
     * @throws org.backbonelab.data.fetch.DataException if one is not here
     */
    static String checksum(Cell cell) {
        return names(cell).map(name -> Datasets.get(name).checksum()).distinct().collect(Collectors.joining(", "));
    }

    /** Tells whether all images of a cell are on this machine. */
    static boolean areThere(Cell cell) {
        try {
            names(cell).forEach(Datasets::get);
            return true;
        } catch (DataException e) {
            return false;
        }
    }

    private static Stream<String> names(Cell cell) {
        Stream<String> names = cell.phases().stream()
                .map(recipe -> recipe.data().source())
                .map(source -> source.equals(Source.CELL) ? cell.dataset() : source.dataset());
        return Stream.concat(names, Stream.of(cell.dataset()));
    }
}
