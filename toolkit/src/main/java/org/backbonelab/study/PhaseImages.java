package org.backbonelab.study;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.data.Datasets;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.Split;
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
        return new PhaseImages(splits);
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
        Stream<String> names = cell.phases().stream()
                .map(recipe -> recipe.data().source())
                .map(source -> source.equals(Source.CELL) ? cell.dataset() : source.dataset());
        return Stream.concat(names, Stream.of(cell.dataset()))
                .map(name -> Datasets.get(name).checksum())
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
