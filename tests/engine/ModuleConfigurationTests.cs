using System.Collections;

namespace LabRunner.EngineTests;

/// <summary>Configuration files as objects, their faults with id and place, and the check of labs.</summary>
public sealed class ModuleConfigurationTests(ModuleFixture fixture) : IClassFixture<ModuleFixture>, IDisposable
{
    private readonly EngineSession _session = fixture.Session;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ScriptResult Run(string name, string text, string script) =>
        _session.Run("param($File) " + script, new Hashtable { ["File"] = _folder.Write(name, text) });

    [Fact]
    public void A_configuration_answers_by_name_and_by_key_whatever_the_case_and_keeps_its_order()
    {
        var result = Run(
            "lab.yaml",
            "name: Web\nzeta: 1\nNodes:\n  - { name: WEB-01, Count: 7, keys: [a, b], memory: 4GB }\nbig: 5000000000\nhuge: 123456789012345678901234567890\nratio: 0.5\non: true\nnothing:\n",
            """
            $c = Get-LabConfig -ConfigPath $File
            $c.NAME; $c['name']; $c.nodes[0].name; $c['NODES'][0]['NAME']; $c.Nodes[0].count; $c.Nodes[0].keys -join ''; $c.nodes[0].memory
            $c.big; $c.huge.ToString(); $c.ratio; $c.on; $null -eq $c.nothing; $null -eq $c.absent; $c.PSBase.Keys -join ' '
            """).Clean();
        Assert.Equal(
            ["Web", "Web", "WEB-01", "WEB-01", 7, "ab", "4GB", 5_000_000_000L, "123456789012345678901234567890", 0.5, true, true, true, "name zeta Nodes big huge ratio on nothing"],
            result.Output);
    }

    [Fact]
    public void A_node_can_be_splatted_and_sizes_are_the_scripts_to_read()
    {
        var result = Run("lab.json", """{ "nodes": [ { "Name": "DC-01", "CPU": 2 } ] }""", """
            function New-Node([string] $Name, [int] $CPU) { "$Name has $CPU" }
            $node = (Get-LabConfig $File).nodes[0]; New-Node @node
            """).Clean();
        Assert.Equal(["DC-01 has 2"], result.Output);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_after_which_the_script_goes_on()
    {
        var result = _session.Run("$c = Get-LabConfig -Path ./no/such/file.yaml; $null -eq $c");
        Assert.Equal([true], result.Output);
        Assert.Equal(["LabRunner.FileUnreadable,Get-LabConfig"], result.ErrorIds);
    }

    [Fact]
    public void Another_environment_than_the_files_own_is_told_to_have_no_effect()
    {
        var result = Run("lab.yaml", "environment: production\n", "(Get-LabConfig $File -Environment Dev).environment; (Get-LabConfig $File -Environment PRODUCTION).environment").Clean();
        Assert.Equal(["production", "production"], result.Output);
        Assert.Contains("'Dev'", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.yaml", "name: x\noperations: [\n  - a: }\n", "LabRunner.MalformedYaml", 3)]
    [InlineData("a.json", "{\n  \"name\": \"x\"\n  \"b\": 1 }", "LabRunner.MalformedJson", 3)]
    [InlineData("a.yml", "- 1\n- 2\n", "LabRunner.NotAMapping", 1)]
    [InlineData("a.psd1", "@{\n  Name = 'x'\n  Now = Get-Date\n}", "LabRunner.NotData", 3)]
    [InlineData("b.psd1", "@{\n  Name = 'x'\n  Name = 'y'\n}", "LabRunner.DuplicateKey", 3)]
    [InlineData("c.psd1", "@{\n  Name = 'x\n", "LabRunner.MalformedPsd1", 2)]
    [InlineData("d.psd1", "'x'", "LabRunner.NotAMapping", 1)]
    public void A_file_that_cannot_be_read_is_one_error_with_its_place(string name, string text, string id, int? line)
    {
        var result = Run(name, text, "Get-LabConfig -Path $File");
        var error = Assert.Single(result.Errors);
        Assert.Equal(id + ",Get-LabConfig", error.FullyQualifiedErrorId);
        Assert.Contains(name, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(line, error.Exception.Data["Line"]);
        if (line is not null)
        {
            Assert.Contains($"{name}:{line}:", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("^", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Contains("Get-LabConfig -Path $File", error.InvocationInfo.Line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_configuration()
    {
        var result = _session.Run("param($Folder) Get-LabConfig -Path $Folder", new Hashtable { ["Folder"] = _folder.Path });
        Assert.Equal("LabRunner.FileUnreadable,Get-LabConfig", Assert.Single(result.ErrorIds));
    }

    [Fact]
    public void A_sound_lab_is_valid_and_its_operations_are_told_in_order()
    {
        var result = Run(
            "lab.yaml",
            "name: Web\noperations:\n  - { name: second, script: '2', dependencies: [first] }\n  - { name: first, script: '1' }\n",
            "$t = Test-LabConfiguration -Path $File; $t.Valid; $t.Success; $null -eq $t.Error; $t.LabName; $t.Operations; Test-LabConfiguration $File -Quiet").Clean();
        Assert.Equal([true, true, true, "Web", "first", "second", true], result.Output);
    }

    [Theory]
    [InlineData("name: Web\noperations:\n  - name: greet\n    script: |\n      Write-Output 1\n      if ($x { }\n", "LabRunner.ScriptSyntax", 6)]
    [InlineData("name: Web\noperations:\n  - { name: a, script: '1', dependencies: [b] }\n", "LabRunner.UnknownDependency", 3)]
    [InlineData("name: Web\noperations:\n  - { name: a, script: '1', dependencies: [b] }\n  - { name: b, script: '1', dependencies: [a] }\n", "LabRunner.CyclicDependency", null)]
    [InlineData("name: Web\noperations:\n  - { name: a, script: 'param($x)', parameters: { x: 1, y: 2 } }\n", "LabRunner.UnknownParameter", 3)]
    [InlineData("name: Web\noperations:\n  - name: a\n    script: 'param($x)'\n    parameters:\n      x: 1\n      y:\n        z: 2\n", "LabRunner.UnknownParameter", 8)]
    [InlineData("name: Web\noperations:\n  - { name: a }\n", "LabRunner.MissingWork", 3)]
    [InlineData("name: Web\n", "LabRunner.MissingKey", 1)]
    [InlineData("name: [\n", "LabRunner.MalformedYaml", null)]
    public void A_lab_that_cannot_run_says_what_is_wrong_and_where(string text, string id, int? line)
    {
        var result = Run("bad.yaml", text, "Test-LabConfiguration -Path $File").Clean();
        var test = Assert.Single(result.Objects);
        Assert.Equal(false, test.Properties["Valid"].Value);
        Assert.Equal(false, test.Properties["Success"].Value);
        var finding = PSObject.AsPSObject(((IEnumerable)test.Properties["Errors"].Value).Cast<object>().First());
        Assert.Equal(id, finding.Properties["Id"].Value);
        if (line is not null)
        {
            Assert.Equal(line, finding.Properties["Line"].Value);
            Assert.Contains($"bad.yaml:{line}:", (string)test.Properties["Error"].Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Files_come_from_the_pipeline_by_pattern_and_a_missing_one_is_not_valid()
    {
        _folder.Write("one.yaml", "name: One\noperations: [{ name: a, script: '1' }]\n");
        _folder.Write("two [x].yaml", "name: Two\noperations: [{ name: a, script: '1' }]\n");
        var result = _session.Run(
            """
            param($Folder)
            (Test-LabConfiguration "$Folder/*.yaml").LabName
            Get-ChildItem -LiteralPath $Folder | Test-LabConfiguration -Quiet
            (Test-LabConfiguration "$Folder/two [x].yaml").LabName
            ("$Folder/none.yaml" | Test-LabConfiguration).Errors.Id
            """,
            new Hashtable { ["Folder"] = _folder.Path }).Clean();
        Assert.Equal(["One", "Two", true, "Two", "LabRunner.FileUnreadable"], result.Output);
    }

    [Fact]
    public void An_invalid_configuration_fails_the_operation_that_tests_it()
    {
        var result = Run("bad.yaml", "name: Web\n", """
            $r = Invoke-ParallelLabRunner -Operations @{ Name = 'Validate'; ScriptBlock = { param($ConfigPath) Test-LabConfiguration -Path $ConfigPath }; Parameters = @{ ConfigPath = $File } } -ErrorAction SilentlyContinue
            $r.Success; $r.Error
            """);
        Assert.Equal(false, result.Output[0]);
        Assert.Contains("operations", (string)result.Output[1]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_object_is_checked_as_a_run_would()
    {
        var result = _session.Run("""
            Test-LabConfiguration -Configuration @{ Name = 'L'; Operations = @{ Name = 'A'; ScriptBlock = { 1 } } } -Quiet
            (Test-LabConfiguration -Configuration @{ Operations = @(@{ Name = 'A'; ScriptBlock = { 1 }; DependsOn = 'B' }) }).Errors.Id
            (Test-LabConfiguration -Configuration @{ Name = 'L' }).Errors.Id
            (Test-LabConfiguration -Configuration 'text').Errors.Id
            """).Clean();
        Assert.Equal([true, "LabRunner.UnknownDependency", "LabRunner.MissingKey", "LabRunner.InvalidValue"], result.Output);
    }
}
