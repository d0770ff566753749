package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"dakota-reconcile/dakota"
	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

func (a *app) exportCommand() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "export FILE",
		Short: "Write today's associations as an input file to edit (.csv or .xlsx)",
		Long: `List the account and write every customer with its sub-client, names included, as a file that plan and apply take. Unedited, it
changes nothing. Sub-clients themselves are not rows of it; the workbook lists them on a second sheet.`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bounded(cmd.Context(), func(ctx context.Context) error { return a.export(ctx, args[0], force) })
		},
	}
	c.Flags().BoolVar(&force, "force", false, "overwrite the file if it exists")
	a.options.accountFlags(c.Flags())
	a.options.logFlags(c.Flags())
	a.options.progressFlag(c.Flags())
	return c
}

func (a *app) export(ctx context.Context, path string, force bool) error {
	if k, err := report.KindOf(path); err != nil || k != report.CSV && k != report.XLSX {
		return usage("%s: an export is a .csv or an .xlsx", path)
	}
	if _, err := os.Lstat(path); !force && !errors.Is(err, fs.ErrNotExist) {
		return fail(exitUsage, fmt.Errorf("%s exists", path), "name another file, or overwrite it with --force")
	}
	if err := report.Try(path); err != nil {
		return fail(exitConfig, err, "name a file in a folder that can be written")
	}
	j, err := a.reads(ctx, "export", wishes{})
	if err != nil {
		return err
	}
	stop := j.watchReading()
	customers, subClients, err := j.everybody(ctx)
	stop()
	if err != nil {
		return explain(err)
	}
	if err := report.ExportFile(path, customers, subClients); err != nil {
		return fail(exitUnexpected, err, "name a file in a folder that can be written")
	}
	a.tell("%s: %s and %s, read with %s\n", path, count(len(customers), "customer"), count(len(subClients), "sub-client"), count(j.reader.Usage().Total(), "request"))
	return nil
}

// everybody lists the account's customers that can be associated, and its sub-clients.
func (j *job) everybody(ctx context.Context) ([]reconcile.Change, []reconcile.SubClientTotal, error) {
	summary, err := j.reader.SubClients(ctx)
	if err != nil {
		return nil, nil, err
	}
	var subClients []reconcile.SubClientTotal
	for _, s := range summary {
		subClients = append(subClients, reconcile.SubClientTotal{ID: s.ID, Name: s.Name, Opening: s.Customers})
	}
	var customers []reconcile.Change
	seen := map[string]bool{}
	for page, err := range j.reader.Pages(ctx, dakota.Query{}) {
		if err != nil {
			return nil, nil, err
		}
		for _, c := range page.Customers {
			if !c.IsSubClient && c.DeletedAt == 0 && !seen[c.ID] {
				seen[c.ID] = true
				customers = append(customers, asChange(c))
			}
		}
	}
	return customers, subClients, nil
}

// asChange is a customer as a row that leaves it as it is.
func asChange(c dakota.Customer) reconcile.Change {
	return reconcile.Change{
		Assignment:    reconcile.Assignment{CustomerID: c.ID, SubClientID: c.SubClientID},
		Action:        reconcile.None,
		CustomerName:  c.Name,
		SubClientName: c.SubClientName,
		PreviousID:    c.SubClientID, PreviousName: c.SubClientName,
		KYBBefore: c.KYBStatus, CreatedAt: c.CreatedAt,
	}
}
