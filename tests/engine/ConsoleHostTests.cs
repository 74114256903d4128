using System.Diagnostics;

namespace LabRunner.EngineTests;

public sealed class ConsoleHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("labrunner-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [EngineEnvironment.HostProgram, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(EngineSession.DefaultLimit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"), await errors);
    }

    private string Script(string text)
    {
        var file = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(file, text);
        return file;
    }

    [Fact]
    public async Task It_says_in_one_line_that_it_is_the_fallback()
    {
        var (code, output, errors) = await Run("-NoProfile", "-Command", "Write-Output 1; Write-Host two");
        Assert.Equal((0, "1\ntwo\n"), (code, output));
        Assert.StartsWith("LabRunner host: fallback engine 7.", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Get-Item -Path ./no-such-item", 1)]
    [InlineData("Get-Item -Path ./no-such-item; Write-Output 1", 0)]
    public async Task A_text_gives_its_exit_code(string text, int expected) => Assert.Equal(expected, (await Run("-Command", text)).Code);

    [Fact]
    public async Task A_file_gets_its_arguments_and_gives_its_exit_code()
    {
        var script = Script("param([string] $Name, [switch] $Flag, [int] $Code) Write-Output \"$Name $Flag $PSScriptRoot\"; exit $Code");
        var (code, output, _) = await Run("-File", script, "-Name", "a b", "-Flag", "-Code:5");
        Assert.Equal((5, $"a b True {_folder}\n"), (code, output));
    }

    [Fact]
    public async Task The_exit_code_of_a_program_is_not_that_of_the_script()
    {
        var script = Script("dotnet --no-such-option *> $null; Write-Output ($LASTEXITCODE -ne 0)");
        var (code, output, _) = await Run("-File", script);
        Assert.Equal((0, "True\n"), (code, output));
    }

    [Fact]
    public async Task Nobody_is_asked_where_nobody_is()
    {
        var (code, _, errors) = await Run("-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; Read-Host -Prompt name");
        Assert.Equal(1, code);
        Assert.Contains("-NonInteractive", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_named()
    {
        var (code, _, errors) = await Run("-Bogus");
        Assert.Equal(64, code);
        Assert.Contains("-Bogus", errors, StringComparison.Ordinal);
    }
}
