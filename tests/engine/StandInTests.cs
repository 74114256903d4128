using System.Collections;
using System.Management.Automation.Runspaces;
using System.Reflection;
using LabRunner.Host;

namespace LabRunner.EngineTests;

public sealed class StandInTests : IDisposable
{
    private readonly EngineSession _session = EngineSession.Bare();
    private readonly string _folder = Directory.CreateTempSubdirectory("labrunner-").FullName;

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static List<string> Implemented() =>
        [.. typeof(StandInModules).Assembly.GetExportedTypes()
            .Select(type => type.GetCustomAttribute<CmdletAttribute>())
            .Where(cmdlet => cmdlet is not null)
            .Select(cmdlet => $"{cmdlet!.VerbName}-{cmdlet.NounName}")
            .Order()];

    [Fact]
    public void A_stand_in_never_replaces_a_command_of_the_engine()
    {
        var own = InitialSessionState.CreateDefault2().Commands.Select(command => command.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(Implemented(), own.Contains);
    }

    [Fact]
    public void Every_stand_in_belongs_to_one_module()
    {
        var exported = _session.Run($"""
            Get-ChildItem -Path '{StandInModules.Folder}' -Recurse -Filter *.psd1 | ForEach-Object -Process (
                [scriptblock]::Create('(Import-PowerShellDataFile -LiteralPath $_.FullName).CmdletsToExport'))
            """).Clean();
        Assert.Equal(Implemented(), exported.Output.Cast<string>().Order());
    }

    [Theory]
    [InlineData("@{ a = 1; } | ConvertTo-Json -Compress", """{"a":1}""")]
    [InlineData("[pscustomobject]@{ a = 1.0; b = $true; c = $null; d = @(); e = [DayOfWeek]::Friday } | ConvertTo-Json -Compress", """{"a":1.0,"b":true,"c":null,"d":[],"e":5}""")]
    [InlineData("1, 'ü' | ConvertTo-Json -Compress", """[1,"ü"]""")]
    [InlineData("@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -WarningAction Ignore", """{"a":{"b":{"c":"System.Collections.Hashtable"}}}""")]
    [InlineData("('{\"a\":[1,2.5,\"x\"]}' | ConvertFrom-Json).a -join ','", "1,2.5,x")]
    [InlineData("('{\"b\":1,\"a\":2}' | ConvertFrom-Json -AsHashtable).Keys -join ','", "b,a")]
    [InlineData("(3, 1, 2 | Sort-Object -Descending) -join ','", "3,2,1")]
    [InlineData("('b', 'a', 'B' | Sort-Object -Unique) -join ','", "a,b")]
    [InlineData("(1..9 | Select-Object -First 2 -Skip 1) -join ','", "2,3")]
    [InlineData("(1..9 | Select-Object -Last 2) -join ','", "8,9")]
    [InlineData("(1..9 | Select-Object -SkipLast 7) -join ','", "1,2")]
    [InlineData("(1..9 | Select-Object -Index 0, 8) -join ','", "1,9")]
    [InlineData("('x' | Select-Object -Property Length, @{ n = 'Twice'; e = { $_ + $_ } }).Twice", "xx")]
    [InlineData("('a', 'bb', 'cc' | Group-Object -Property Length | ForEach-Object { \"$($_.Name)=$($_.Count)\" }) -join ','", "1=1,2=2")]
    [InlineData("$m = 1..4 | Measure-Object -Sum -Average -Maximum; \"$($m.Count) $($m.Sum) $($m.Average) $($m.Maximum)\"", "4 10 2.5 4")]
    [InlineData("$o = New-Object -TypeName psobject -Property @{ a = 1 }; $o | Add-Member -NotePropertyName b -NotePropertyValue 2; $o.a + $o.b", "3")]
    [InlineData("(New-Object -TypeName System.Uri -ArgumentList 'http://a/b').AbsolutePath", "/b")]
    [InlineData("(New-TimeSpan -Seconds 90).TotalMinutes", "1.5")]
    [InlineData("Get-Date -Date '2024-02-03T04:05:06' -Format 'yyyy/MM HH'", "2024/02 04")]
    [InlineData("function f { $local = 5; Set-Variable -Name local -Value 6; (Get-Variable -Name local).Value }; f", "6")]
    [InlineData("Set-Variable -Name g -Value 7 -Scope Global; $global:g", "7")]
    [InlineData("('x' * 3 | Out-String).Trim()", "xxx")]
    [InlineData("([pscustomobject]@{ A = 1 } | Out-String).Trim() -replace '\\s+', ' '", "A - 1")]
    [InlineData("([pscustomobject]@{ A = 1; B = 2 } | Format-Table -Property B | Out-String).Trim() -replace '\\s+', ' '", "B - 2")]
    [InlineData("Get-Random -Minimum 4 -Maximum 5", "4")]
    [InlineData("(Get-Process -Id $PID).Id -eq $PID", "True")]
    public void Answers_as_the_real_one(string script, string expected) =>
        Assert.Equal(expected, string.Join(Environment.NewLine, _session.Run(script).Clean().Output));

    [Fact]
    public void Select_first_ends_what_feeds_it()
    {
        var result = _session.Run("1..10 | ForEach-Object { $global:last = $_; $_ } | Select-Object -First 2; $global:last").Clean();
        Assert.Equal([1, 2, 2], result.Output);
    }

    [Fact]
    public void Files_come_and_go()
    {
        var result = _session.Run(
            """
            param($Folder)
            Set-Location -LiteralPath $Folder
            $null = New-Item -ItemType Directory -Path src/inner -Force
            Set-Content -Path src/a.txt -Value one, two
            Add-Content -Path src/a.txt -Value three
            'redirected' > src/inner/b.txt
            Compress-Archive -Path src -DestinationPath all.zip
            Remove-Item -LiteralPath src -Recurse
            Test-Path -Path src
            Expand-Archive -Path all.zip -DestinationPath back
            (Get-ChildItem -Path back -Recurse -File -Name | Sort-Object) -join ','
            (Get-Content -Path back/src/a.txt) -join ','
            Get-Content -Path back/src/inner/b.txt -Raw
            (Get-FileHash -Path back/src/a.txt -Algorithm SHA256).Hash.Length
            Copy-Item -Path back -Destination again -Recurse
            Test-Path -Path again/src/a.txt -PathType Leaf
            """,
            new Hashtable { ["Folder"] = _folder }).Clean();
        var expected = new object[] { false, "a.txt,b.txt", "one,two,three", "redirected" + Environment.NewLine, 64, true };
        Assert.Equal(expected, result.Output);
    }

    [Theory]
    [InlineData("Get-Item -Path ./no-such-item", "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand")]
    [InlineData("Get-Content -Path ./no-such-item", "PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand")]
    [InlineData("Get-Process -Id 2147483647", "NoProcessFoundForGivenId,Microsoft.PowerShell.Commands.GetProcessCommand")]
    [InlineData("Get-Variable -Name no_such_variable", "VariableNotFound,Microsoft.PowerShell.Commands.GetVariableCommand")]
    [InlineData("'{' | ConvertFrom-Json", "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand")]
    [InlineData("Get-Item -NoSuchParameter", "NamedParameterNotFound,Microsoft.PowerShell.Commands.GetItemCommand")]
    public void Fails_with_the_ids_of_the_real_one(string script, string id) => Assert.Equal(id, _session.Run(script).ErrorIds.Single());
}
