package peerid_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestABuildWithoutCgoSaysWhatIsMissing(t *testing.T) {
	build := exec.Command("go", "build", ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	if err == nil {
		t.Fatal("the package was built without cgo")
	}
	if !strings.Contains(string(output), "cgo_is_off_set_CGO_ENABLED_to_1_and_install_a_C_compiler") {
		t.Fatalf("the message does not say what to do:\n%s", output)
	}
}
