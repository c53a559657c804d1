/** English words that say nothing of a topic. */
export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all also although always am an and another any anyone anything are aren't around as at
  back be because been before being below between both but by came can can't cannot come could couldn't did didn't do does
  doesn't doing don't done down during each either else even ever every few find first for from further get gets getting give
  go goes going good got had hadn't has hasn't have haven't having he he's her here here's hers herself him himself his how
  however i i'd i'll i'm i've if in into is isn't it it's its itself just keep know last least less let let's like little long
  look made make makes many may maybe me might mine more most much must my myself need never new next no nor not nothing now of
  off often ok on once one ones only or other others our ours ourselves out over own part people perhaps please put quite rather
  re really right said same say says see seem seems send sent set several shall she she's should shouldn't since so some someone
  something still such sure take than thank thanks that that's the their theirs them themselves then there there's these they
  they'd they'll they're they've thing things think this those though three through time to today together too try trying two
  under until up upon us use used using very via want wants was wasn't way we we'd we'll we're we've well went were weren't what
  what's when where whether which while who who's whole whom why will with within without won't work would wouldn't wrote year
  years yes yet you you'd you'll you're you've your yours yourself
  com edu www http https html htm href mailto subject cc bcc reply fwd etc eg ie`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
