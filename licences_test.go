package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestThirdPartyListsWhatTheProgramContains compares THIRD_PARTY.md with the modules that are linked into the program on the systems that
// are released for, and with the licences that those modules carry.
func TestThirdPartyListsWhatTheProgramContains(t *testing.T) {
	var want []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Skipf("NOT CHECKED: go list for %s: %v (are the modules downloaded? go mod download)", system, err)
		}
		for line := range strings.Lines(string(out)) {
			if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
				want = append(want, "| "+f[0]+" | "+f[1]+" | "+licence(t, f[2])+" |")
			}
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	var got []string
	for line := range strings.Lines(readText(t, "THIRD_PARTY.md")) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| ") && strings.Contains(line, "/") {
			got = append(got, line)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("THIRD_PARTY.md lacks the line\n%s", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("THIRD_PARTY.md has a line for something that is not in the program:\n%s", g)
		}
	}
}

// licence names the licence of a module by the words of its licence file. One that it does not know is for a person to read.
func licence(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "UNLICENSE"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		words := strings.Join(strings.Fields(string(text)), " ")
		has := func(s string) bool { return strings.Contains(words, s) }
		switch {
		case has("two different licenses: MIT and Apache"):
			return "MIT and Apache-2.0"
		case has("Apache License Version 2.0"):
			return "Apache-2.0"
		case has("free and unencumbered software"):
			return "Unlicense"
		case has("Permission is hereby granted, free of charge"):
			return "MIT"
		case has("Redistribution and use in source and binary forms") && has("Neither the name"):
			return "BSD-3-Clause"
		case has("Redistribution and use in source and binary forms"):
			return "BSD-2-Clause"
		}
	}
	t.Errorf("%s: no licence that this test knows", dir)
	return ""
}
