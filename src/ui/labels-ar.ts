// All words in Arabic, the language that proves right-to-left and its six plural forms.
import type { Labels } from './labels.ts'

/** All words in Arabic: `<RealtimeUiProvider labels={ar}>`. */
export const ar: Labels = {
  locale: 'ar',
  indicator: {
    name: 'الاتصال المباشر',
    status: {
      idle: 'غير متصل',
      connecting: 'جارٍ الاتصال',
      authenticating: 'جارٍ تسجيل الدخول',
      connected: 'متصل',
      reconnecting: 'جارٍ إعادة الاتصال',
      suspended: 'انقطع الاتصال',
      offline: 'بلا إنترنت',
      closed: 'مغلق',
      paused: 'متوقف مؤقتًا',
      unauthorized: 'تم تسجيل الخروج',
      failed: 'مرفوض',
    },
    simple: { good: 'متصل', working: 'جارٍ إعادة الاتصال', off: 'غير متصل', bad: 'غير متصل' },
    meaning: {
      idle: 'التحديثات المباشرة متوقفة.',
      connected: 'تظهر التغييرات لحظة حدوثها.',
      reconnecting: 'تجري استعادة الاتصال. لن يضيع شيء.',
      suspended: 'ما زالت محاولات الاتصال جارية.',
      offline: 'لا توجد شبكة على هذا الجهاز. تعود التحديثات المباشرة بعودتها.',
      paused: 'التحديثات المباشرة متوقفة مؤقتًا. لن يضيع شيء.',
      unauthorized: 'سجّل الدخول من جديد لترى التغييرات لحظة حدوثها.',
      failed: 'يرفض الخادم الاتصال، لذا لن تُعاد المحاولة تلقائيًا.',
    },
    degraded: 'اتصال أبطأ',
    since: 'منذ',
    transport: 'عبر',
    transports: { websocket: 'WebSocket', sse: 'تدفق الأحداث', polling: 'الاستعلام الدوري', memory: 'الذاكرة' },
    latency: 'زمن الذهاب والإياب',
    latencyOf: (p50Ms, p95Ms, format) =>
      p50Ms === p95Ms ? format.ms(p50Ms) : `${format.ms(p50Ms)}، وأحيانًا ${format.ms(p95Ms)}`,
    attempt: 'المحاولة',
    nextTry: 'المحاولة التالية',
    nextTryIn: (seconds, format) => (seconds <= 0 ? 'الآن' : `خلال ${format.seconds(seconds)}`),
    problem: 'آخر مشكلة',
    problems: {
      'token-failed': 'تعذّر تجديد تسجيل دخولك.',
      unauthorized: 'لم يقبل الخادم تسجيل دخولك.',
      refused: 'رفض الخادم الاتصال.',
      'protocol-fault': 'لا يفهم الخادم هذا التطبيق. قد يلزم إصدار أحدث.',
      other: 'حدث خطأ وجرى تجاوزه.',
    },
    retry: 'أعد المحاولة الآن',
    signIn: 'تسجيل الدخول',
    resume: 'استئناف',
  },
  loss: {
    cause: {
      device: 'أنت غير متصل بالإنترنت',
      server: 'تعذّر الوصول إلى الخادم',
      signedOut: 'تم تسجيل خروجك',
      realtime: 'التحديثات المباشرة متوقفة',
    },
    advice(cause, everyMs, format) {
      if (cause === 'signedOut') return 'سجّل الدخول من جديد لترى التغييرات لحظة حدوثها.'
      if (cause !== 'realtime') return 'قد يكون ما تراه قديمًا.'
      return everyMs === null
        ? 'تُحدَّث البيانات عند طلبك.'
        : `ما زالت البيانات تُحدَّث كل ${format.seconds(everyMs / 1000)}.`
    },
    lost: 'انقطع الاتصال، تُعاد المحاولة',
    back: 'عاد الاتصال',
  },
  badge: {
    status: { live: 'مباشر', polling: 'استعلام دوري', stale: 'قديم', offline: 'بلا إنترنت', paused: 'متوقف مؤقتًا' },
  },
  highlight: { changed: 'جديد' },
  status: {
    draft: 'مسودة',
    pending: 'قيد الانتظار',
    processing: 'قيد المعالجة',
    in_progress: 'قيد التنفيذ',
    active: 'نشط',
    confirmed: 'مؤكد',
    success: 'ناجح',
    completed: 'مكتمل',
    failed: 'فاشل',
    rejected: 'مرفوض',
    cancelled: 'ملغى',
    reversed: 'معكوس',
    frozen: 'مجمّد',
  },
  dialog: { close: 'إغلاق' },
  toasts: {
    region: 'الإشعارات',
    critical: 'حرج',
    more: (count, format) =>
      format.plural(count, {
        one: 'تحديث آخر',
        two: 'تحديثان آخران',
        few: '# تحديثات أخرى',
        many: '# تحديثًا آخر',
        other: '# تحديث آخر',
      }),
    away: (count, format) =>
      format.plural(count, {
        one: 'تحديث واحد أثناء غيابك',
        two: 'تحديثان أثناء غيابك',
        few: '# تحديثات أثناء غيابك',
        many: '# تحديثًا أثناء غيابك',
        other: '# تحديث أثناء غيابك',
      }),
    criticalGroup: (count, format) =>
      format.plural(count, {
        one: 'إشعار حرج',
        two: 'إشعاران حرجان',
        few: '# إشعارات حرجة',
        many: '# إشعارًا حرجًا',
        other: '# إشعار حرج',
      }),
    grouped: (others, format) =>
      format.plural(others, {
        one: 'وواحد آخر',
        two: 'واثنان آخران',
        few: 'و# أخرى',
        many: 'و# أخرى',
        other: 'و# أخرى',
      }),
    open: 'فتح',
    showAll: 'عرض الكل',
    dismiss: 'إخفاء',
  },
}
