namespace LabRunner.EngineTests;

/// <summary>The exported functions: the same parameters as their cmdlets, and what they complete.</summary>
public sealed class ModuleCommandTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>
{
    private readonly EngineSession _session = fixture.Session;

    public static TheoryData<string> Commands => [.. Directory
        .EnumerateFiles(Path.Combine(EngineEnvironment.CheckoutRoot, "powershell", "module", "Public"), "*.ps1")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_function_has_the_parameters_of_its_cmdlet(string name)
    {
        var result = _session.Run(
            """
            param($Name)
            & (Get-Module -Name LabRunner) {
                param($Name)
                function Describe($Command) {
                    foreach ($parameter in $Command.Parameters.Values) {
                        if ($parameter.Name -in 'Caller', 'GoesOn', 'ProgressAsLines', 'Title') { continue }
                        # Words for parameters that the cmdlet has under another name.
                        if ($parameter.Name -in 'Verbosity', 'LogLevel', 'NonInteractive' -and -not $cmdlet.Parameters.ContainsKey($parameter.Name)) { continue }
                        $sets = foreach ($set in $parameter.ParameterSets.Keys | Sort-Object) {
                            $one = $parameter.ParameterSets[$set]
                            "[$set $($one.Position) $($one.IsMandatory) $($one.ValueFromPipeline) $($one.ValueFromPipelineByPropertyName) $($one.ValueFromRemainingArguments)]"
                        }
                        $rules = foreach ($attribute in $parameter.Attributes) {
                            switch ($attribute.GetType().Name) {
                                'ValidateSetAttribute' { "set: $($attribute.ValidValues -join ' ')" }
                                'ValidateRangeAttribute' { "range: $($attribute.MinRange) $($attribute.MaxRange)" }
                                'ArgumentCompleterAttribute' { "completer: $(if ($attribute.Type) { $attribute.Type } else { [regex]::Match($attribute.ScriptBlock, '\[(.+?)\]').Groups[1] })" }
                                { $_ -in 'ValidateNotNullAttribute', 'ValidateNotNullOrEmptyAttribute', 'AllowNullAttribute', 'AllowEmptyCollectionAttribute', 'SupportsWildcardsAttribute' } { $_ }
                            }
                        }
                        # A function says the values of an enumeration as a set: see LabCompleter for what types cost an import.
                        $type = $parameter.ParameterType
                        if ($type.IsEnum) { $rules = @($rules) + "set: $([enum]::GetNames($type) -join ' ')"; $type = [string] }
                        "$($parameter.Name) $type {$(($parameter.Aliases | Sort-Object) -join ' ')} $($sets -join ' ') $(($rules | Sort-Object) -join '; ')"
                    }
                }
                $cmdlet = Get-Command -Name "LabRunner.Commands\$Name" -CommandType Cmdlet -ErrorAction Ignore
                if ($cmdlet) {
                    Describe $cmdlet | Sort-Object | ForEach-Object { "cmdlet: $_" }
                    Describe (Get-Command -Name "LabRunner\$Name" -CommandType Function) | Sort-Object | ForEach-Object { "function: $_" }
                }
            } $Name
            """,
            new System.Collections.Hashtable { ["Name"] = name }).Clean();
        var lines = result.Output.Cast<string>().ToArray();
        Assert.Equal(Of("cmdlet: "), Of("function: "));

        string[] Of(string mark) => [.. lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..])];
    }

    [Fact]
    public void Every_cmdlet_with_a_public_name_has_its_function()
    {
        var result = _session.Run("""
            & (Get-Module -Name LabRunner) { (Get-Command -Module LabRunner.Commands -CommandType Cmdlet).Name } | ForEach-Object {
                # These are for the functions of the module alone.
                if ($_ -notin 'Import-ModuleFunction', 'Stop-LabCaller' -and (Get-Command -Name $_).CommandType -ne 'Function') { $_ }
            }
            """).Clean();
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Names_of_labs_and_operations_are_completed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Zoo Lab.yaml", "name: Zoo Lab\noperations:\n  - name: greet\n    script: Write-Output hello\n");
        var result = _session.Run(
            """
            param($Folder)
            Push-Location -LiteralPath $Folder
            try {
                foreach ($line in 'Start-LabAutomation -LabName z', "Start-LabAutomation -ConfigPath 'Zoo Lab.yaml' -Steps g", 'Get-LabStatus -LabName zo', 'Invoke-ParallelLabRunner -ProgressStyle s') {
                    [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText
                }
            } finally { Pop-Location }
            """,
            new System.Collections.Hashtable { ["Folder"] = folder.Path }).Clean();
        Assert.Equal(["'Zoo Lab'", "greet", "'Zoo Lab'", "Spinner"], result.Output);
    }

    [Fact]
    public void Nothing_from_an_empty_pipeline_is_nothing_to_test()
    {
        Assert.Empty(_session.Run("@() | Test-LabConfiguration").Clean().Output);
    }
}
