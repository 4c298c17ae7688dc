package org.backbonelab.kernel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A string literal that is being typed.
 *
 * @param call what stands before the parenthesis around it, such as {@code Optimizers.get} or {@code .withOptimizer}
 * @param text the literal from its quote to the cursor
 */
record OpenString(String call, String text) {

    /** The literal in which a position lies; nothing if it lies in code, a comment or a character. */
    static Optional<OpenString> at(String code, int cursor) {
        Deque<String> calls = new ArrayDeque<>();
        int position = 0;
        while (position < cursor) {
            char c = code.charAt(position);
            if (code.startsWith("//", position)) {
                position = after(code, "\n", position);
            } else if (code.startsWith("/*", position)) {
                position = after(code, "*/", position + 2);
            } else if (c == '"' || c == '\'') {
                String quote = code.startsWith("\"\"\"", position) ? "\"\"\"" : String.valueOf(c);
                int begin = position + quote.length();
                position = afterLiteral(code, begin, quote);
                if (position - quote.length() >= cursor || position > code.length()) {
                    return quote.equals("\"") && begin <= cursor
                            ? Optional.of(
                                    new OpenString(calls.isEmpty() ? "" : calls.peek(), code.substring(begin, cursor)))
                            : Optional.empty();
                }
            } else {
                if ("({[".indexOf(c) >= 0) {
                    calls.push(c == '(' ? callBefore(code, position) : "");
                } else if (")}]".indexOf(c) >= 0) {
                    calls.poll();
                }
                position++;
            }
        }
        return Optional.empty();
    }

    private static int after(String code, String end, int from) {
        int found = code.indexOf(end, from);
        return found < 0 ? code.length() : found + end.length();
    }

    /** The position behind the closing quote; one that is missing is taken to follow the end of the line, or the code. */
    private static int afterLiteral(String code, int begin, String quote) {
        int position = begin;
        while (position < code.length() && !code.startsWith(quote, position)) {
            if (code.charAt(position) == '\n' && quote.length() == 1) {
                return position + 1;
            }
            position += code.charAt(position) == '\\' ? 2 : 1;
        }
        return position + quote.length();
    }

    private static String callBefore(String code, int parenthesis) {
        int end = parenthesis;
        while (end > 0 && Character.isWhitespace(code.charAt(end - 1))) {
            end--;
        }
        int begin = end;
        while (begin > 0 && (Character.isJavaIdentifierPart(code.charAt(begin - 1)) || code.charAt(begin - 1) == '.')) {
            begin--;
        }
        return code.substring(begin, end);
    }
}
