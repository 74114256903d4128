using System.Collections;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;

namespace LabRunner.Operations;

/// <summary>Scripts that are run by a few lines of our own: those of <c>-SafeMode</c>, and those that cannot be read.</summary>
/// <remarks>
/// The lock of a script is one of the operating system's, on a file in the temporary folder: it is gone when the process
/// is gone, however that came. Who is done removes the file. Another may have opened it before that, and would then hold a
/// lock that no other process can see; so the process that gets the lock looks whether the name still leads to the file that is locked, and
/// otherwise tries again. A time that no other file has tells: asking for it needs no lock.
/// </remarks>
internal static class SafeScript
{
    private const string Caller = """
        param($LabScript, $LabArguments)
        $global:LASTEXITCODE = 0
        & $LabScript @LabArguments
        if (-not $? -and $global:LASTEXITCODE) { exit $global:LASTEXITCODE }
        """;

    private const string Guarded = """
        param($LabScript, $LabArguments, $LabLock)
        do {
            try {
                $LabHeld = [System.IO.File]::Open($LabLock, 'OpenOrCreate', 'ReadWrite', ($IsWindows ? 'Delete' : 'None'))
            } catch {
                $who = try { [System.IO.File]::ReadAllText("$LabLock.by") } catch { '' }
                throw "Script is locked by another process$(if ($who) { " ($who)" }): $LabScript. Run it again when that has ended."
            }
            [System.IO.File]::SetLastWriteTimeUtc($LabHeld.SafeFileHandle, [datetime]::UnixEpoch.AddSeconds([System.Random]::Shared.Next()))
            $LabIsOurs = [System.IO.File]::GetLastWriteTimeUtc($LabLock) -eq [System.IO.File]::GetLastWriteTimeUtc($LabHeld.SafeFileHandle)
            if (-not $LabIsOurs) { $LabHeld.Dispose() }
        } until ($LabIsOurs)
        try {
            [System.IO.File]::WriteAllText("$LabLock.by", "process $PID since $([datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss'))")
            $global:LASTEXITCODE = 0
            & $LabScript @LabArguments
            if (-not $? -and $global:LASTEXITCODE) { exit $global:LASTEXITCODE }
        } finally {
            [System.IO.File]::Delete("$LabLock.by")
            [System.IO.File]::Delete($LabLock)
            $LabHeld.Dispose()
        }
        """;

    /// <summary>Runs the script, and no other copy of it on this machine: others in the run wait, another process is refused.</summary>
    internal static void Guard(Hashtable operation, string path, Hashtable arguments)
    {
        operation["ScriptBlock"] = ScriptBlock.Create(Guarded);
        operation["Parameters"] = new Hashtable { ["LabScript"] = path, ["LabArguments"] = arguments, ["LabLock"] = LockFile(path) };
        var locks = new Hashtable(StringComparer.Ordinal) { ["script " + path] = null };
        foreach (var key in new[] { "Lock", "Locks" })
        {
            foreach (var entry in operation[key] is { } own ? NamedValues.Of(own) ?? [] : [])
            {
                locks[entry.Key] = entry.Value;
            }

            operation.Remove(key);
        }

        operation["Lock"] = locks;
    }

    /// <summary>Runs the script, whatever comes of it.</summary>
    internal static void Call(Hashtable operation, string path, Hashtable arguments)
    {
        operation["ScriptBlock"] = ScriptBlock.Create(Caller);
        operation["Parameters"] = new Hashtable { ["LabScript"] = path, ["LabArguments"] = arguments };
    }

    // One for each user: a user cannot open another's file.
    private static string LockFile(string path)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.UserName}|{path}")))[..16];
        var name = new string([.. Path.GetFileName(path).Take(40).Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_')]);
        return Path.Combine(Path.GetTempPath(), $"labrunner-{name}-{hash}.lock");
    }
}
