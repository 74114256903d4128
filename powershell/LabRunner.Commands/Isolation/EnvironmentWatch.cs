using System.Collections;
using System.Management.Automation;
using LabRunner.Errors;
using LabRunner.Runs;

namespace LabRunner.Isolation;

/// <summary>Notices when an operation has changed the environment, which is the process's and is not undone.</summary>
/// <remarks>
/// Reading the environment costs some µs, so that it is done at the end of operations whose script names it, and of
/// others not more often than a clock tick. A change that an operation makes while others run beside it can be seen at
/// the end of any of them; while one runs that names the environment, the others are not asked.
/// </remarks>
internal static class EnvironmentWatch
{
    // The engine's own, which it may set whenever a runspace is opened.
    private const string OfTheEngine = "PSModulePath";

    private static readonly object Gate = new();
    private static Hashtable _known = [];
    private static long _looked;
    private static int _suspects;

    /// <summary>Takes the environment as it is: no operation runs that could have changed it.</summary>
    internal static void Learn()
    {
        lock (Gate)
        {
            _known = (Hashtable)Environment.GetEnvironmentVariables();
        }
    }

    /// <summary>An operation starts.</summary>
    internal static void Started(ScriptWork work)
    {
        if (work.NamesEnvironment)
        {
            Interlocked.Increment(ref _suspects);
        }
    }

    /// <summary>An operation has ended.</summary>
    /// <returns>The variables that have changed since somebody looked, when it is time to look.</returns>
    internal static IReadOnlyList<string> Ended(ScriptWork work)
    {
        if (work.NamesEnvironment)
        {
            Interlocked.Decrement(ref _suspects);
        }
        else if (Volatile.Read(ref _suspects) > 0 || Volatile.Read(ref _looked) == Environment.TickCount64)
        {
            return [];
        }

        lock (Gate)
        {
            Volatile.Write(ref _looked, Environment.TickCount64);
            var now = (Hashtable)Environment.GetEnvironmentVariables();
            List<string>? changed = null;
            foreach (DictionaryEntry entry in now)
            {
                if (!Equals(_known[entry.Key], entry.Value))
                {
                    (changed ??= []).Add((string)entry.Key);
                }
            }

            if (now.Count != _known.Count || changed is not null)
            {
                foreach (var name in _known.Keys.Cast<string>().Where(name => !now.ContainsKey(name)))
                {
                    (changed ??= []).Add(name);
                }

                _known = now;
            }

            changed?.Remove(OfTheEngine);
            return changed ?? (IReadOnlyList<string>)[];
        }
    }

    /// <summary>The warning about a change.</summary>
    internal static WarningRecord Warning(string operation, string variable) => new(
        Errors.LabRunnerError.EnvironmentChanged,
        $"$env:{variable} changed while operation '{operation}' ran. The environment is the whole process's: other operations see the change, and it is not undone. Use the isolation Process to keep it apart.");
}
