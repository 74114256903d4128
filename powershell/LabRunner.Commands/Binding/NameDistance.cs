namespace LabRunner;

/// <summary>Finds the name that was probably meant.</summary>
internal static class NameDistance
{
    /// <summary>The closest of the names, if it is close enough to be worth a question: a third of the letters may differ.</summary>
    internal static string? Closest(string name, IEnumerable<string> names)
    {
        var (best, least) = ((string?)null, int.MaxValue);
        foreach (var candidate in names)
        {
            var limit = Math.Max(name.Length, candidate.Length) / 3;
            var distance = Between(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance <= Math.Max(1, limit) && distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    // Optimal string alignment: a swap of two neighbours counts once.
    private static int Between(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
