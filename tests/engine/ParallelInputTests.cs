using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>What operations look like, how parameters reach them, and how faults of the input are told.</summary>
public sealed class ParallelInputTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    private ErrorRecord Refused(string operations)
    {
        var result = _session.Run($"Invoke-ParallelLabRunner -Operations @({operations})");
        Assert.Empty(result.Output);
        return Assert.Single(result.Errors);
    }

    [Theory]
    [InlineData("", "LabRunner.EmptyPlan", "no operations")]
    [InlineData("$null", "LabRunner.InvalidOperation", "Operation 1 is null")]
    [InlineData("5", "LabRunner.InvalidOperation", "Operation 1 is a Int32")]
    [InlineData("@{ ScriptBlock = { 1 } }", "LabRunner.MissingName", "Operation 1 has no name")]
    [InlineData("@{ Name = 'A'; ScriptBlock = $null }", "LabRunner.MissingWork", "'A'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 }; DependsOn = 'B' }", "LabRunner.UnknownDependency", "'B'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 } }, @{ Name = 'a'; ScriptBlock = { 1 } }", "LabRunner.DuplicateName", "'a'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 }; DependsOn = 'B' }, @{ Name = 'B'; ScriptBlock = { 1 }; DependsOn = 'A' }", "LabRunner.CyclicDependency", "A -> B -> A")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 }; Timeout = 'soon' }", "LabRunner.InvalidValue", "'soon'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 }; Timeout = 0 }", "LabRunner.InvalidValue", "'0'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { param($X) }; Parameters = @{ X = 1; Y = 2 } }", "LabRunner.UnknownParameter", "'Y'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { param() 1 }; Parameters = @{ Y = 2 } }", "LabRunner.UnknownParameter", "'Y'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { param($X) }; Parameters = @{ X = @{ Deep = 1, { 2 } } } }", "LabRunner.ScriptBlockInArgument", "Parameters.X.Deep[1]")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { $using:NoSuchVariable } }", "LabRunner.UndefinedUsing", "$using:NoSuchVariable")]
    [InlineData("@{ Name = 'A'; Script = 'if ( {' }", "LabRunner.ScriptSyntax", "'A'")]
    [InlineData("@{ Name = 'A'; ScriptBlock = { 1 }; Path = './x.ps1' }", "LabRunner.AmbiguousWork", "'A'")]
    public void A_fault_names_its_culprit(string operations, string id, string culprit)
    {
        var error = Refused(operations);
        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(culprit, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_come_together()
    {
        var error = Refused("@{ Name = 'A'; ScriptBlock = $null }, @{ Name = 'B'; ScriptBlock = { param($X) }; Parameters = @{ X = 1; Y = 2 } }, @{ Name = 'C'; ScriptBlock = { 1 }; DependsOn = 'Z' }");
        Assert.Contains("3 faults", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("'Z'", error.ToString(), StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails.RecommendedAction));
    }

    [Fact]
    public void Dictionaries_objects_and_any_spelling_of_keys_are_operations()
    {
        var result = _session.Run("""
            $r = [ordered]@{ name = 'A'; scriptblock = { 'a' } }, [pscustomobject]@{ NAME = 'B'; Script = { 'b' }; depends_on = @('A'); Priority = $null }, @{ Name = 'C'; ScriptBlock = { 'c' }; 'Depends-On' = 'B' } | Invoke-ParallelLabRunner
            $r.Output
            """).Clean();
        Assert.Equal(["a", "b", "c"], result.Output);
    }

    [Fact]
    public void An_unknown_key_is_a_warning()
    {
        var result = _session.Run("(Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'a' }; Colour = 'red' }).Output").Clean();
        Assert.Equal(["a"], result.Output);
        Assert.Contains("Colour", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ param($A, $B) \"$A-$B\" }", "@{ A = 1; B = 2 }", "1-2")]
    [InlineData("{ param($A, $B) \"$A-$B\" }", "[pscustomobject]@{ b = 2 }", "-2")]
    [InlineData("{ param($Node) $Node.Name + $Node.Role }", "@{ Name = 'DC'; Role = '-dc' }", "DC-dc")]
    [InlineData("{ param($Node) $Node }", "@{ Node = 'whole' }", "whole")]
    [InlineData("{ param([Alias('N')] $Node) $Node }", "@{ N = 'alias' }", "alias")]
    [InlineData("{ [CmdletBinding()] param([Parameter(Mandatory)] $A) $A }", "@{ A = 'advanced'; Verbose = $true }", "advanced")]
    [InlineData("{ $args[0].A }", "@{ A = 1 }", 1)]
    [InlineData("{ \"$($args.Count) $($Parameters.A) $($Parameters.'b-c')\" }", "@{ A = 1; 'b-c' = 2 }", "1 1 2")]
    public void Parameters_meet_the_parameters_of_the_script(string script, string parameters, object output)
    {
        var result = _session.Run($"(Invoke-ParallelLabRunner @{{ Name = 'A'; ScriptBlock = {script}; Parameters = {parameters} }}).Output").Clean();
        Assert.Equal([output], result.Output);
    }

    [Fact]
    public void Using_finds_the_callers_locals_members_and_indexes()
    {
        var result = _session.Run("""
            function Invoke-It {
                $local = 'L'; $deep = @{ List = @(1, @{ Name = 'N' }) }
                (Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { "$using:local"; $using:deep.List[1].Name; & { "nested $using:LOCAL" }; function f { "in f $using:local" }; f } }).Output
            }
            Invoke-It
            """).Clean();
        Assert.Equal(["L", "N", "nested L", "in f L"], result.Output);
    }

    [Fact]
    public void WhatIf_shows_the_plan_and_starts_nothing()
    {
        var result = _session.Run("Invoke-ParallelLabRunner @{ Name = 'B'; ScriptBlock = { throw }; DependsOn = 'A' }, @{ Name = 'A'; ScriptBlock = { throw } } -WhatIf").Clean();
        Assert.Empty(result.Output);
        Assert.Contains("A\n  B after A", result.HostText.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_numbers_mean_the_default()
    {
        var result = _session.Run("$config = @{}; (Invoke-ParallelLabRunner @{ Name = 'A'; ScriptBlock = { 'a' }; Timeout = $config.Timeout } -MaxParallelism $config.MaxParallelism -TimeoutMinutes 0).Output").Clean();
        Assert.Equal(["a"], result.Output);
    }

    [Fact]
    public void Programs_run_without_a_runspace()
    {
        var (command, arguments) = OperatingSystem.IsWindows() ? ("cmd", "'/c', 'echo out& exit 3'") : ("sh", "'-c', 'echo out; echo $ADDED; exit 3'");
        var result = _session.Run($$"""
            param($Command)
            $env:ADDED = 'session'
            $r = Invoke-ParallelLabRunner @{ Name = 'A'; Command = $Command; Arguments = {{arguments}} } -ErrorAction SilentlyContinue
            "$($r.Status)"; $r.ExitCode; $r.Output
            """, new Hashtable { ["Command"] = command });
        Assert.Equal(["Failed", 3, "out"], result.Output.Take(3));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("session", result.Output[3]);
        }
    }
}
