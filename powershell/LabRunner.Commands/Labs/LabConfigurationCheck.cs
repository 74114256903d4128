using System.Management.Automation;
using System.Text.Json;
using LabRunner.Errors;
using LabRunner.Interop;
using LabRunner.Operations;
using LabRunner.Plans;
using LabRunner.Runs;

namespace LabRunner.Labs;

/// <summary>Checks a configuration as a run would, up to the point where something would start.</summary>
internal static class LabConfigurationCheck
{
    /// <summary>Checks a lab file: its text, its operations, the syntax of its scripts, its plan.</summary>
    internal static LabConfigurationTest File(PSCmdlet caller, string path, string? environment, bool strict)
    {
        var test = new LabConfigurationTest { Path = path };
        List<LabConfigFinding> found = [];
        try
        {
            using var reading = LabFile.ReadLab(path, environment, strict: strict);
            found.AddRange(LabPlanSource.Check(caller, reading, environment).Findings);
            if (reading.Lab is { } lab)
            {
                test.LabName = lab.Name;
                test.Operations = Plan(() => reading.Handle.Compile("{}"u8.ToArray()), found);
            }
            else
            {
                test.LabName = reading.Name;
            }
        }
        catch (LabRunnerException error)
        {
            found.Add(Finding(error));
        }

        return Told(test, found);
    }

    /// <summary>Checks a configuration that is a dictionary or an object with operations.</summary>
    internal static LabConfigurationTest Object(PSCmdlet caller, object configuration, bool strict)
    {
        var test = new LabConfigurationTest();
        List<LabConfigFinding> found = [];
        if (FieldMap.Of(configuration) is not { } fields)
        {
            found.Add(new LabConfigFinding(LabRunnerError.InvalidValue, LabConfigFinding.Error, $"The configuration is a {configuration.GetType().Name}, not a dictionary or an object.")
            {
                Advice = "Write @{ Name = '…'; Operations = @(…) }, or pass the path of a lab file as -Path.",
            });
            return Told(test, found);
        }

        test.LabName = fields.Take("Name", "LabName") is { } name ? LanguagePrimitives.ConvertTo<string>(name) : null;
        var operations = fields.Take("Operations");
        var limits = fields.Take("ResourceLimits");
        if (operations is null)
        {
            found.Add(new LabConfigFinding("LabRunner.MissingKey", LabConfigFinding.Error, "The configuration has no operations.")
            {
                Advice = "Add Operations = @( @{ Name = '…'; ScriptBlock = { … } } ).",
            });
            return Told(test, found);
        }

        var reader = new OperationReader(caller, strict);
        var items = FieldMap.Of(operations) is null && LanguagePrimitives.GetEnumerable(operations) is { } list ? list.Cast<object?>() : [operations];
        var definitions = reader.Read(items);
        List<LabFinding> findings = [.. reader.Findings];
        var settings = new RunSettings { MaxConcurrency = 1, Limits = LimitsReader.Read(limits, findings), RequiresPrograms = false };
        test.Operations = Plan(() => LabRun.Compile(definitions, settings, findings).Handle, found, withWarnings: true);
        found.AddRange(reader.Findings.Where(finding => finding.IsWarning).Select(finding => LabConfigFinding.Of(finding)));
        return Told(test, found);
    }

    private static LabConfigurationTest Told(LabConfigurationTest test, List<LabConfigFinding> found)
    {
        test.Errors = [.. found.Where(finding => finding.IsError)];
        test.Warnings = [.. found.Where(finding => !finding.IsError)];
        return test;
    }

    // The reader of a file has found what the plan warns of, at its places.
    private static string[] Plan(Func<PlanHandle> compile, List<LabConfigFinding> found, bool withWarnings = false)
    {
        try
        {
            using var plan = compile();
            var described = plan.Describe();
            if (withWarnings)
            {
                found.AddRange(described.Warnings.Select(LabConfigFinding.Of));
            }

            return described.Order;
        }
        catch (LabCoreException error) when (error.Fault.Diagnostics is { Count: > 0 } diagnostics)
        {
            found.AddRange(diagnostics.Select(LabConfigFinding.Of));
        }
        catch (LabCoreException error)
        {
            found.Add(new LabConfigFinding(error.Fault.Id, LabConfigFinding.Error, error.Fault.Message) { Code = error.Fault.Code, Advice = error.Fault.Advice });
        }
        catch (LabRunnerException error) when (error.Findings.Count > 0)
        {
            found.AddRange(error.Findings.Select(finding => LabConfigFinding.Of(finding)));
        }
        catch (LabRunnerException error)
        {
            found.Add(Finding(error));
        }

        return [];
    }

    private static LabConfigFinding Finding(LabRunnerException error) => new(error.Id, LabConfigFinding.Error, error.Message) { Advice = error.Advice };
}
