using System.Text;

namespace LabRunner.Restarts;

/// <summary>The text of the systemd unit that resumes runs after a restart.</summary>
internal static class SystemdUnit
{
    internal const string Name = "labrunner-resume.service";

    /// <summary>The whole unit.</summary>
    /// <param name="command">What it starts.</param>
    /// <param name="ofUser">Whether it is one of a user's own systemd.</param>
    internal static string Text(ResumeCommand command, bool ofUser)
    {
        StringBuilder text = new();
        text.Append("# Written by Register-LabRunResume; Unregister-LabRunResume removes it.\n[Unit]\nDescription=Resume LabRunner runs that wait for a restart\n");
        if (!ofUser)
        {
            text.Append("Wants=network-online.target\nAfter=network-online.target\n");
        }

        // What an operation leaves running on purpose goes on when the runs are over.
        text.Append("\n[Service]\nType=simple\nKillMode=process\n");
        foreach (var (name, value) in command.Environment)
        {
            text.Append("Environment=").Append(Quoted($"{name}={value}", dollars: false)).Append('\n');
        }

        text.Append("ExecStart=").AppendJoin(' ', Start(command)).Append('\n');
        text.Append("\n[Install]\nWantedBy=").Append(Target(ofUser)).Append('\n');
        return text.ToString();
    }

    /// <summary>What pulls it in at the start of the system, or of the user's systemd.</summary>
    internal static string Target(bool ofUser) => ofUser ? "default.target" : "multi-user.target";

    // A dollar in the path of the program itself cannot be quoted, so a shell gets it as an argument then.
    private static IEnumerable<string> Start(ResumeCommand command)
    {
        var arguments = command.Arguments.Select(argument => Quoted(argument, dollars: true));
        return command.Program.Contains('$', StringComparison.Ordinal)
            ? ["/bin/sh", "-c", Quoted("exec \"$0\" \"$@\"", dollars: true), Quoted(command.Program, dollars: true), .. arguments]
            : [Quoted(command.Program, dollars: false), .. arguments];
    }

    private static string Quoted(string text, bool dollars)
    {
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal);
        return $"\"{(dollars ? quoted.Replace("$", "$$", StringComparison.Ordinal) : quoted)}\"";
    }
}
