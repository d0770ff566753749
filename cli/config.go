package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"
)

// envNames are the variables that are not named DAKOTA_RECONCILE_ and the flag.
var envNames = map[string]string{"environment": "DAKOTA_ENVIRONMENT", "base-url": "DAKOTA_BASE_URL"}

// notConfigurable are flags that only a command line can mean.
var notConfigurable = []string{"help", "config", "show-config", "version"}

// envName is the environment variable of a flag.
func envName(flag string) string {
	if n, ok := envNames[flag]; ok {
		return n
	}
	return "DAKOTA_RECONCILE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// origins tells, for each flag, where its value came from.
type origins map[string]string

// configure gives every flag that the command line did not set the value of its environment variable or of the config file, in this
// order, and tells where each came from.
func configure(cmd *cobra.Command, env func(string) string, o *options) (origins, error) {
	file, path, err := readConfig(cmd, env, o.config)
	if err != nil {
		return nil, err
	}
	from := origins{}
	var bad error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(notConfigurable, f.Name) || bad != nil {
			return
		}
		var values []string
		switch v := env(envName(f.Name)); {
		case f.Changed:
			from[f.Name] = "flag"
		case v != "":
			from[f.Name], values = envName(f.Name), []string{v}
		case file[f.Name] != nil:
			from[f.Name], values = path, file[f.Name]
		default:
			from[f.Name] = "default"
		}
		for _, v := range values {
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				bad = fail(exitUsage, fmt.Errorf("%s: --%s: %s", from[f.Name], f.Name, reason(err)), "mend the value there, or give --"+f.Name)
			}
		}
	})
	return from, bad
}

// readConfig reads the config file: the one that was named, else the one in the user's config directory if it is there.
func readConfig(cmd *cobra.Command, env func(string) string, named string) (map[string][]string, string, error) {
	path := orElse(named, orElse(env("DAKOTA_RECONCILE_CONFIG"), defaultConfig(env)))
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && path == defaultConfig(env) {
		return nil, path, nil
	}
	if err != nil {
		return nil, path, fail(exitConfig, fmt.Errorf("read config file: %w", err), "give --config a YAML file of flag names and values")
	}
	var raw map[string]yaml.Node
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, path, fail(exitConfig, fmt.Errorf("read config file %s: %w", path, err), "it holds flag names and values, such as `rate: 40/m`")
	}
	values := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		f := configurable(cmd.Root(), key)
		if f == nil {
			return nil, path, fail(exitConfig, fmt.Errorf("config file %s: %q is not a flag", path, key), "keys are the names of flags, without --; the API key is never in this file")
		}
		node := raw[key]
		if values[key], err = texts(f, &node); err != nil {
			return nil, path, fail(exitConfig, fmt.Errorf("config file %s: %s: %w", path, key, err), "remove the line, or give it a value such as `rate: 40/m`; several stand in [a, b]")
		}
	}
	return values, path, nil
}

func defaultConfig(env func(string) string) string {
	base := env("XDG_CONFIG_HOME")
	if base == "" {
		home, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		base = home
	}
	return filepath.Join(base, program, "config.yaml")
}

// configurable is the flag of this name that any command has; nil: none has. A file may set flags that this command does not take.
func configurable(c *cobra.Command, name string) *pflag.Flag {
	if slices.Contains(notConfigurable, name) {
		return nil
	}
	if f := c.Flags().Lookup(name); f != nil {
		return f
	}
	for _, sub := range c.Commands() {
		if f := configurable(sub, name); f != nil {
			return f
		}
	}
	return nil
}

// texts are the values of a flag in the file: one, or a list of them. They are taken as they are written there: what YAML would make of
// 2026-11-25T22:00:00Z or of a sheet's name like 2026.10 is another text.
func texts(f *pflag.Flag, v *yaml.Node) ([]string, error) {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	list := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		if _, many := f.Value.(pflag.SliceValue); !many {
			return nil, errors.New("it takes one value, not a list")
		}
		list = v.Content
	}
	var all []string
	for _, x := range list {
		if x.Kind == yaml.AliasNode {
			x = x.Alias
		}
		switch {
		case x.Kind != yaml.ScalarNode:
			return nil, errors.New("it is neither a value nor a list of values")
		case x.Tag == "!!null":
			return nil, errors.New("it has no value")
		}
		all = append(all, x.Value)
	}
	return all, nil
}

// showConfig prints each flag's value and where it came from. The key is shown by source and fingerprint only.
func (a *app) showConfig(cmd *cobra.Command, from origins) error {
	fmt.Fprintf(a.screen.out, "%-20s %-28s %s\n", "flag", "value", "from")
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(notConfigurable, f.Name) {
			fmt.Fprintf(a.screen.out, "%-20s %-28s %s\n", f.Name, clean(orElse(f.Value.String(), `""`), oneLine), from[f.Name])
		}
	})
	if cmd.Flags().Lookup("base-url") == nil {
		return nil
	}
	key, err := a.key(cmd.Context())
	if err != nil {
		fmt.Fprintf(a.screen.out, "%-20s %-28s %s\n", "(key)", "not usable", clean(err.Error(), oneLine))
		return nil
	}
	fmt.Fprintf(a.screen.out, "%-20s %-28s %s\n", "(key)", "fingerprint "+key.Fingerprint(), key.Source())
	return nil
}
