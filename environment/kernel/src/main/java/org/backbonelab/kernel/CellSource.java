package org.backbonelab.kernel;

import java.util.List;

/**
 * One snippet's place in its cell.
 *
 * @param cell the execution count that the notebook shows beside the cell
 * @param firstLine the line of the cell, from 1, on which the snippet begins
 * @param text the snippet
 */
record CellSource(int cell, int firstLine, String text) {

    /** This place without what comes before the given text: JShell counts lines without leading comments. */
    CellSource startingWith(String start) {
        int offset = Math.max(0, text.indexOf(start));
        return new CellSource(cell, firstLine + lineAt(offset) - 1, text.substring(offset));
    }

    /** The place of a line of the snippet, counted from 1. */
    String place(int line) {
        return "cell " + cell + ", line " + (firstLine + line - 1);
    }

    /** The line of the snippet on which a position lies, from 1. */
    int lineAt(int position) {
        return 1
                + (int) text.substring(0, Math.min(position, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    /** The text of a line of the snippet, counted from 1. */
    String line(int line) {
        List<String> lines = text.lines().toList();
        return line >= 1 && line <= lines.size() ? lines.get(line - 1) : "";
    }

    /** The column of a position in its line, from 0. */
    int column(int position) {
        return position - 1 - text.lastIndexOf('\n', position - 1);
    }
}
